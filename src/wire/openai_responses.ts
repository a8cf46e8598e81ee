import type { ChunkDescription } from "../provider.ts";
import { asked, isDone, kind, list, type Loose, read, says, text, tokens } from "./_read.ts";
import type { WireFormat, WireRequest, WireResponse } from "./wire_format.ts";

/** OpenAI's Responses. */
export const openaiResponses: WireFormat = {
  name: "openai",
  framing: "sse",
  path: /\/responses\/?$/,
  telling: /response\.(completed|incomplete|failed)"|error"|event: ?error|DONE\]/,
  describeRequest: (body) => read(request, body) ?? { isStream: false },
  describeResponse: (body) => read(response, body) ?? {},
  describeEvent: (data, type) => read(event, data, type) ?? {},
};

function request(body: Loose | undefined): WireRequest {
  return asked(body?.model, body?.tools, body?.input, body?.stream);
}

function response(body: Loose | undefined): WireResponse {
  const usage = body?.usage;
  const status = text(body?.status) ?? "";
  // That the model waits for a tool is said nowhere else than in its output.
  const isCall = status === "completed" &&
    list(body?.output).some((item) =>
      /^(function|custom_tool|computer|local_shell|apply_patch)_call$/.test(kind(item))
    );
  return {
    ...tokens(
      usage?.input_tokens,
      usage?.output_tokens,
      usage?.input_tokens_details?.cached_tokens,
      usage?.input_tokens_details?.cache_write_tokens,
      usage?.output_tokens_details?.reasoning_tokens,
    ),
    stopReason: text(body?.incomplete_details?.reason) ??
      (/^(in_progress|queued|)$/.test(status) ? undefined : isCall ? "function_call" : status),
    finishReasons: isCall ? [status] : undefined,
    model: text(body?.model),
    id: text(body?.id),
    error: body?.error || status === "failed" ? { type: "response.failed", error: body?.error } : undefined,
  };
}

function event(data: Loose | undefined, hint: string): ChunkDescription {
  const type = kind(data, hint);
  const described = response(data?.response);
  return {
    ...described,
    error: described.error ?? (data?.error || /^(error|response\.failed)$/.test(type) ? data : undefined),
    // A call of a tool, a hosted one too, is made known as an item before its arguments follow.
    isContent: says(data?.delta) || /_call$/.test(kind(data?.item)),
    isTerminal: isDone(data) || /^response\.(completed|incomplete|failed)$/.test(type),
  };
}
