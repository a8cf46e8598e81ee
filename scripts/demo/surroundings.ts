import type { AttemptRecord } from "../../mod.ts";
import type { Summary } from "./summary.ts";

/** Where the demo prints, and what it may know of its surroundings. */
export interface Surroundings {
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  /** Of a line, in characters. */
  readonly width: number;
  readonly color: boolean;
  readonly env: (name: string) => string | undefined;
  /** Multiplies the delays that the demo makes up. @default {1} */
  readonly pace?: number;
  /** Told about every attempt. */
  readonly onAttempt?: (record: AttemptRecord) => void;
  /** Told what stands in the closing tables. */
  readonly onSummary?: (summary: Summary) => void;
}
