/** The files of src/ by layer; those that are not named here are the core. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  port: ["attempt_record", "clock", "gate", "provider", "tracer", "wire/wire_format"],
  pure: [
    "_add_to",
    "_duration",
    "_failure_lines",
    "_failure_rules",
    "_date",
    "_quietly",
    "backoff",
    "classify",
    "decide",
    "retry_after",
    "sanitize",
    "stop_reason",
    "version",
  ],
  gate: ["_gate_options", "circuit_breaker", "retry_budget", "shared_cooldown"],
  tap: [
    "_event_stream_tap",
    "_held_text",
    "_json_ends",
    "_json_skeleton",
    "_last_bytes",
    "_merge_description",
    "_tap",
    "_tap_reader",
    "_text_tap",
    "_utf8_pieces",
  ],
  binding: [
    "_ai_sdk_shapes",
    "_bind",
    "_bind_create",
    "_fetch_request",
    "_fetch_response",
    "_fingerprint",
    "_inside_sdk",
    "_watched_stream",
    "ai_sdk",
    "anthropic",
    "bedrock",
    "binding",
    "cohere",
    "fetch",
    "gemini",
    "mistral",
    "ollama",
    "openai",
    "wire",
  ],
  "adapter otel": ["otel"],
  "adapter console": ["_waterfall", "_waterfall_text", "console"],
  "adapter testing": [
    "_exit",
    "_exit_providers",
    "_exit_scene",
    "_exit_verdict",
    "_exits",
    "_scripted_service",
    "fake_clock",
    "recording_tracer",
    "stream_exits",
    "testing",
  ],
};

/** The layer of a file, given by its path or URL. */
export function layerOf(file: string): string {
  const name = /src\/(.*)\.ts$/.exec(file)?.[1] ?? "";
  if (name.startsWith("wire/") && name !== "wire/wire_format") return "wire";
  return Object.keys(LAYERS).find((layer) => LAYERS[layer]!.includes(name)) ?? "core";
}
