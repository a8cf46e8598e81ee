import type { AttemptRecord, CallOptions } from "../../mod.ts";
import { consoleTracer } from "../../src/console.ts";
import { recordingTracer } from "../../src/testing.ts";
import { formatDuration } from "../../src/_waterfall_text.ts";
import { type FaultServer, startFaultServer } from "../../tests/support/fault_server.ts";
import { type AgentOptions, runAgent, type Tool } from "./agent.ts";
import type { DemoArgs } from "./args.ts";
import { MODELS } from "./models.ts";
import { exportTo, type OtlpExport } from "./otlp.ts";
import { INVESTIGATOR_MODEL, PLANNER_MODEL, scenario } from "./scenario.ts";
import { noScreen, openScreen, type Screen } from "./screen.ts";
import { spansToJson } from "./span_json.ts";
import { summarize } from "./summary.ts";
import { drawSummary } from "./summary_tables.ts";
import type { Surroundings } from "./surroundings.ts";
import { teeTracer } from "./tee_tracer.ts";
import { buildTools } from "./tools.ts";

const QUESTION = "Our build has been slow since Monday. Why?";
const BASE_DELAY_MS = 600;

/** Runs the agent once and shows what became of its calls. Resolves with the exit code. */
export async function runDemo(args: DemoArgs, apiKey: string, surroundings: Surroundings): Promise<number> {
  const { print, printError, pace = 1 } = surroundings;
  const screen = args.json ? noScreen : openScreen(surroundings);
  const recorder = recordingTracer();
  const otlp = args.otlp === undefined ? undefined : await exportTo(args.otlp);
  const server = args.real ? undefined : await startFaultServer({ script: scenario(pace) });
  const records: AttemptRecord[] = [];
  const tools = new ToolRunner(screen, otlp);
  const options: CallOptions = {
    tracer: teeTracer([
      args.json ? recorder : consoleTracer({ ...surroundings, write: print }),
      ...(otlp ? [otlp.tracer] : []),
    ]),
    // A real service gets the defaults. Here, waits are kept short, but long enough to be seen.
    ...(server && { retry: { baseDelayMs: BASE_DELAY_MS * pace, jitter: "equal" } }),
    onAttempt(record) {
      records.push(record);
      surroundings.onAttempt?.(record);
    },
  };

  screen.say(
    args.real
      ? `The model is ${args.real.model} of ${args.real.service}; no fault is injected.`
      : "A local server plays two providers; the faults are injected.",
    "dim",
  );
  screen.say(`Agent: ${QUESTION}`);
  const startedAt = performance.now();
  let succeeded = true;
  try {
    const agent = () =>
      runAgent(QUESTION, {
        ...pickModels(args, apiKey, server, options),
        tools: buildTools(pace),
        runTool: (tool) => tools.run(tool),
        onStep(title) {
          screen.skip();
          screen.say(title, "strong");
        },
      });
    const answer = await (otlp ? otlp.inSpan("invoke_agent slow-build", agent) : agent());
    screen.skip();
    screen.say(`Agent: ${answer}`);
  } catch (error) {
    succeeded = false;
    // The record's message is free of credentials.
    printError(`The agent gave up: ${records.at(-1)?.["llm.error"] ?? String(error)}`);
  } finally {
    await server?.close();
  }

  const summary = summarize(records, tools.tookMs, performance.now() - startedAt);
  surroundings.onSummary?.(summary);
  print(args.json ? spansToJson(recorder.spans) : ["", ...drawSummary(summary, surroundings)].join("\n"));
  if (args.otlp === undefined || otlp === undefined) return succeeded ? 0 : 1;
  return await finishExport(otlp, args.otlp, screen, printError) && succeeded ? 0 : 1;
}

/** Two models of two providers from the demo's own server, or the one that was asked for. */
function pickModels(
  { real }: DemoArgs,
  apiKey: string,
  server: FaultServer | undefined,
  options: CallOptions,
): Pick<AgentOptions, "planner" | "investigator"> {
  if (real) {
    const service = { apiKey, ...(real.baseUrl !== undefined && { baseUrl: real.baseUrl }) };
    const model = MODELS[real.service](real.model, service, options);
    return { planner: model, investigator: model };
  }
  return {
    planner: MODELS.openai(PLANNER_MODEL, { baseUrl: `${server?.url}/v1` }, options),
    investigator: MODELS.anthropic(INVESTIGATOR_MODEL, { baseUrl: `${server?.url}` }, options),
  };
}

/** Runs the agent's tools and times them. */
class ToolRunner {
  /** All tools' time so far, in milliseconds. */
  tookMs = 0;

  constructor(readonly screen: Screen, readonly otlp: OtlpExport | undefined) {}

  async run(tool: Tool): Promise<string> {
    const startedAt = performance.now();
    const result = await (this.otlp ? this.otlp.inSpan(`execute_tool ${tool.name}`, tool.run) : tool.run());
    const tookMs = performance.now() - startedAt;
    this.tookMs += tookMs;
    this.screen.say(`tool ${tool.name} ${formatDuration(tookMs)}`);
    return result;
  }
}

async function finishExport(
  otlp: OtlpExport,
  collector: string,
  screen: Screen,
  printError: (text: string) => void,
): Promise<boolean> {
  try {
    const sent = await otlp.close();
    screen.skip();
    screen.say(`Sent ${sent} spans to ${collector}`);
    return true;
  } catch (error) {
    printError(`Cannot send the spans to ${collector}: ${(error as Error).message || error}`);
    return false;
  }
}
