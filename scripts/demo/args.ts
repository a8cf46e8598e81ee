import { parseArgs } from "node:util";

/** The services the demo can talk to instead of its own server. */
const SERVICES = ["openai", "anthropic", "ollama"] as const;
export type Service = (typeof SERVICES)[number];

/** What the demo was asked to do. */
export interface DemoArgs {
  readonly help: boolean;
  readonly json: boolean;
  /** A real service; without it, the demo starts its own server with injected faults. */
  readonly real?: { readonly service: Service; readonly model: string; readonly baseUrl?: string };
  /** Where the collector listens. */
  readonly otlp?: string;
}

/** The command line makes no sense; the message says why. */
export class UsageError extends Error {
  override name = "UsageError";
}

export const HELP = `Watch an agent's model calls being retried.

  deno task demo [options]

Starts a local server with injected faults (a 429 with
Retry-After, a 529, a reset connection, a slow answer), lets
a small agent talk to it over HTTP, and prints a waterfall
per call and closing tables.

  --provider NAME  use a real service instead: openai,
                   anthropic (their keys come from
                   OPENAI_API_KEY, ANTHROPIC_API_KEY), or
                   ollama
  --model NAME     the model to ask; needed with --provider
  --base-url URL   where the service is, if not at its usual
                   address, e.g. http://localhost:8000/v1
  --otlp URL       also send the spans over OTLP/HTTP to an
                   OpenTelemetry collector, Tempo or Jaeger,
                   e.g. http://localhost:4318
  --json           print the spans as JSON, and nothing else
  -h, --help       print this

Without a terminal, or with NO_COLOR set, the output is
plain text.`;

/**
 * Reads the command line.
 *
 * @throws {UsageError} If it makes no sense.
 */
export function readArgs(argv: readonly string[]): DemoArgs {
  const values = parse(argv);
  const { help = false, json = false, provider, model } = values;
  if (provider === undefined) {
    for (const name of ["model", "base-url"] as const) {
      if (values[name] !== undefined && !help) throw new UsageError(`--${name} needs --provider`);
    }
  }
  const otlp = checkUrl("otlp", values.otlp);
  const baseUrl = checkUrl("base-url", values["base-url"]);
  return {
    help,
    json,
    ...(otlp && { otlp }),
    ...(provider !== undefined && !help &&
      { real: { service: checkService(provider), model: checkModel(model), ...(baseUrl && { baseUrl }) } }),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        help: { type: "boolean", short: "h" },
        json: { type: "boolean" },
        provider: { type: "string" },
        model: { type: "string" },
        "base-url": { type: "string" },
        otlp: { type: "string" },
      },
    }).values;
  } catch (error) {
    // The first sentence says what is wrong; the rest is about positional arguments, which the demo has none of.
    throw new UsageError((error as Error).message.split(/\. |\n/)[0]!);
  }
}

function checkService(provider: string): Service {
  const service = SERVICES.find((name) => name === provider);
  if (!service) throw new UsageError(`--provider must be one of ${SERVICES.join(", ")}: got '${provider}'`);
  return service;
}

function checkModel(model: string | undefined): string {
  if (!model) throw new UsageError("--provider needs --model");
  return model;
}

function checkUrl(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) {
    throw new UsageError(`--${name} must be an http(s) URL: got '${value}'`);
  }
  return value.replace(/\/+$/, "");
}
