/** What was said so far, in no provider's words. */
export type Turn =
  | { readonly role: "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text: string; readonly toolCalls: readonly ToolCall[] }
  | { readonly role: "tool"; readonly call: ToolCall; readonly result: string };

/** A tool the model wants to see run. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

/** What a model answers: text, or tools to run first. */
export interface Answer {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
}

/** A model that can be asked; the retries are inside. */
export interface Model {
  ask(turns: readonly Turn[], tools: readonly Tool[]): Promise<Answer>;
}

/** Something the model can have done. None of the demo's tools takes an argument. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  run(): Promise<string>;
}

/** What the agent works with, and who is told. */
export interface AgentOptions {
  /** Thinks about the question before and about the findings after; has no tools. */
  readonly planner: Model;
  /** Finds out, with tools. */
  readonly investigator: Model;
  readonly tools: readonly Tool[];
  /** Runs a tool and hands its result on. */
  readonly runTool: (tool: Tool) => Promise<string>;
  /** Told when a new step starts. */
  readonly onStep: (title: string) => void;
}

const MAX_TURNS = 6;

/** Plans, investigates with tools until nothing is left to ask, and sums up. */
export async function runAgent(question: string, options: AgentOptions): Promise<string> {
  const { planner, onStep } = options;
  onStep("Plan");
  const plan = await planner.ask(
    [{ role: "user", text: `${question} Say in one sentence what to look at first.` }],
    [],
  );
  const findings = await investigate(`${question} Plan: ${plan.text} Use the tools.`, options);
  onStep("Sum up");
  const summary = await planner.ask([{ role: "user", text: `Sum up in one sentence: ${findings}` }], []);
  return summary.text;
}

async function investigate(task: string, { investigator, tools, runTool, onStep }: AgentOptions): Promise<string> {
  const turns: Turn[] = [{ role: "user", text: task }];
  for (let turn = 1;; turn++) {
    onStep(`Investigate, turn ${turn}`);
    const answer = await investigator.ask(turns, tools);
    turns.push({ role: "assistant", ...answer });
    if (answer.toolCalls.length === 0 || turn === MAX_TURNS) return answer.text;
    for (const call of answer.toolCalls) {
      const tool = tools.find(({ name }) => name === call.name);
      turns.push({ role: "tool", call, result: tool ? await runTool(tool) : `There is no tool ${call.name}` });
    }
  }
}
