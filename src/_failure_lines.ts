// Bounds on what is looked at: a hostile value gets an answer as fast as an honest one.
const MAX_NODES = 64;
const MAX_HEADERS = 256;
const MAX_JSON = 16_384;
const MAX_LINES = 32_768;
const MAX_HALF = 1024;

// Never in here: what holds the request (`requestBodyValues`, `config`), whose words are the user's, not the server's.
// The order counts where a rule looks at two lines: `error` and `type`, `type` and `status`, `message` and `cause`, and
// `@type` and `retryDelay` stay side by side.
const KEYS = "headers responseHeaders error type status statusCode status_code httpStatusCode code name constructor " +
  "message cause reason error_code finish_reason limit_source quotaId @type retryDelay requestID request_id requestId " +
  "body data responseBody details detail innererror metadata raw violations choices delta response $response " +
  "rawResponse $metadata lastError 0 1 2 3";

const TOLD_HEADERS = /retry|^date$|ratelimit|request-?id|errortype/i;

/**
 * Writes down whatever may tell of a failure as lines of `key:value`, the outermost first: strings, numbers, response
 * headers, and of an object looked into whether it is an `Error`. Never throws, and looks at a bounded part of `thrown`
 * only.
 */
export function describeFailure(thrown: unknown): string {
  const nodes = [typeof thrown === "string" ? { message: thrown } : thrown];
  let lines = "";
  let nodeCount = 0;
  let headerCount = 0;

  const addLine = (key: string, value: string) => {
    const text = value.slice(0, MAX_HALF) + value.slice(MAX_HALF).slice(-MAX_HALF);
    if (lines.length < MAX_LINES) lines += `\n${key}:${text.trim().replace(/\s/g, " ")}`;
  };

  for (const node of nodes) {
    if (++nodeCount > MAX_NODES) break;
    for (const key of KEYS.split(" ")) {
      // Any getter, proxy or conversion may throw; then this key tells nothing.
      try {
        // deno-lint-ignore no-explicit-any -- whatever is wrong with it is caught
        const value = (node as any)[key];
        if (value && /headers/i.test(key)) {
          for (const [name, text] of value[Symbol.iterator] ? value : Object.entries(value)) {
            if (++headerCount > MAX_HEADERS) break;
            if (TOLD_HEADERS.test(name)) addLine(name.slice(0, 64), `${text}`);
          }
        } else if (key === "constructor") addLine(key, value.name);
        else if (/string|number/.test(typeof value)) {
          const text = `${value}`;
          addLine(key, text);
          const start = text.length < MAX_JSON ? text.search(/[[{]\s*["{]/) : -1;
          const end = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]")) + 1;
          if (start >= 0) nodes.push(JSON.parse(text.slice(start, end)));
        } else if (typeof value === "object" && value && !nodes.includes(value)) {
          nodes.push(value);
          addLine(key, "stack" in value ? "Error" : "{}");
        }
      } catch { /* see above */ }
    }
  }
  return lines;
}
