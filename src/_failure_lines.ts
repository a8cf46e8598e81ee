// Bounds on what is looked at: a hostile value gets an answer as fast as an honest one.
const MAX_JSON = 60_000;
const MAX_LINE = 8000;
const MAX_LINES = 32_000;
/** Beyond that no more headers are written down, so that there is room for what else there is. */
const MAX_HEADERS = 16_000;

// Never in here: what holds the request (`requestBodyValues`, `config`), whose words are the user's, not the server's.
// The order counts where a pattern looks at two lines: `type` and `status`, `message` and `cause`, and `@type` and
// `retryDelay` stay side by side.
const KEYS = "headers responseHeaders error type status statusCode status_code httpStatusCode code name constructor " +
  "message cause reason error_code finish_reason limit_source quotaId @type retryDelay requestID request_id requestId " +
  "body data responseBody details detail innererror metadata raw violations choices delta response $response " +
  "rawResponse $metadata lastError errors 0 1 2 3 4 5 6 7";

/**
 * Writes down whatever may tell of a failure as lines of `key:value`, the outermost first: strings, numbers, response
 * headers with their names in lower case, and of an object looked into whether it is an `Error`. Never throws, and
 * looks at a bounded part of `thrown` only.
 */
export function describeFailure(thrown: unknown): string {
  // deno-lint-ignore no-explicit-any -- whatever is wrong with one is caught
  const nodes: any[] = [typeof thrown === "string" ? Error(thrown) : thrown];
  let lines = "";
  // What is false where there was no room left for the line.
  const addLine = (key: string, value: string) =>
    lines.length < MAX_LINES && (lines += "\n" + `${key}:${value.trim()}`.slice(0, MAX_LINE).replace(/\s/g, " "));

  for (const node of nodes) {
    for (const key of KEYS.split(" ")) {
      // Any getter, proxy or conversion may throw; then this key tells nothing.
      try {
        const value = key === "constructor" ? node[key].name : node[key];
        if (/string|number/.test(typeof value)) {
          const text = `${value}`.slice(0, MAX_JSON);
          // The objects in it, whatever stands around them.
          const objects = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
          if (addLine(key, text)) nodes.push(...JSON.parse(`[${objects}]`));
        } else if (value && /headers/i.test(key)) {
          for (const [name, text] of value[Symbol.iterator] ? value : Object.entries(value)) {
            if (lines.length > MAX_HEADERS || !addLine(name.toLowerCase(), `${text}`)) break;
          }
        } else if (typeof value === "object" && addLine(key, "stack" in value ? "Error" : "{}")) nodes.push(value);
      } catch { /* see above */ }
    }
  }
  return lines;
}

/** What the first group of `pattern` holds in `lines`, in upper or lower case, or an empty string. */
export function find(lines: string, pattern: string | RegExp): string {
  return RegExp(pattern, "im").exec(lines)?.[1] ?? "";
}
