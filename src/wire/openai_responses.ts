import type { ChunkDescription } from "../provider.ts";
import { asked, isDone, kind, list, type Loose, read, readWithCalls, says, text, tokens } from "./_read.ts";
import type { WireFormat, WireRequest, WireResponse } from "./wire_format.ts";

/** OpenAI's Responses. */
export const openaiResponses: WireFormat = {
  name: "openai",
  framing: "sse",
  path: /\/responses\/?$/,
  telling: /response\.(completed|incomplete|failed)"|error"|event: ?error|DONE\]/,
  describeRequest: (body) => read(request, body) ?? { isStream: false },
  describeResponse: (body) => readWithCalls(response, callsIn)(body),
  describeEvent: (data, type) => readWithCalls(event, callsIn)(data, type),
};

function request(body: Loose | undefined): WireRequest {
  return asked(body?.model, body?.tools, body?.input, body?.stream);
}

function response(body: Loose | undefined): WireResponse {
  const usage = body?.usage;
  const cache = usage?.input_tokens_details;
  const status = text(body?.status);
  return {
    stopReason: text(body?.incomplete_details?.reason) ?? (/^(in_progress|queued)$/.test(status!) ? undefined : status),
    model: text(body?.model),
    id: text(body?.id),
    error: body?.error || status === "failed" ? { type: "response.failed", error: body?.error } : undefined,
    ...tokens(
      usage?.input_tokens,
      usage?.output_tokens,
      cache?.cached_tokens,
      cache?.cache_write_tokens,
      usage?.output_tokens_details?.reasoning_tokens,
    ),
  };
}

/** Whether the model waits for its caller: the calls of hosted tools have no `call_id`, but those in a container. */
function callsIn(body: Loose | undefined): boolean {
  return list((body?.response ?? body)?.output).some((item) =>
    text(item?.call_id) && /_call(local)?$/.test(kind(item) + kind(item?.environment))
  );
}

function event(data: Loose | undefined, hint: string): ChunkDescription {
  const type = kind(data, hint);
  const described = response(data?.response);
  return Object.assign(described, {
    error: described.error ?? (data?.error || /^(error|response\.failed)$/.test(type) ? data : undefined),
    // A call of a tool, a hosted one too, is made known as an item before its arguments follow. What goes on in the
    // background is there as soon as it has an id: its caller goes on with that, and asking again would begin another one.
    isContent: says(data?.delta) || /_call$/.test(kind(data?.item)) || !!data?.response?.background,
    isTerminal: isDone(data) || /^response\.(completed|incomplete|failed)$/.test(type),
  });
}
