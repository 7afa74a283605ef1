/** Errors of the API, as problem documents of RFC 9457. */

import type { components } from "./schema.js";

/** The codes that this version of the API can answer; a later one may have more. */
export type ErrorCode = components["schemas"]["ErrorCode"] | (string & {});

/** A value that was not accepted. */
export interface FieldError {
  /** A JSON pointer into the body, or the name of a query parameter. */
  readonly pointer: string;
  readonly code: ErrorCode;
  readonly detail: string;
}

/** The API refused the call. Decide by `code`, which is stable. */
export class RukoError extends Error {
  override readonly name = "RukoError";

  private constructor(
    /** The HTTP status. */
    readonly status: number,
    /** The stable code, such as `VALIDATION_FAILED`; `UNREADABLE` when something between you and the API answered. */
    readonly code: ErrorCode,
    detail: string,
    /** The values that were not accepted. */
    readonly errors: readonly FieldError[],
    /** Names the call in Ruko's logs. */
    readonly requestId: string | undefined,
    /** Seconds to wait before the next try, where the answer says so. */
    readonly retryAfter: number | undefined,
    /** The key that the call had: give it in `params.header` to go on with the same call. */
    readonly idempotencyKey: string | undefined,
  ) {
    super(`${code} (${status}): ${detail}`);
  }

  /** Reads the answer to a refused call. */
  static async from(request: Request, response: Response): Promise<RukoError> {
    const text = await response.text().catch(() => "");
    const problem = parsed(text);
    const requestId = response.headers.get("x-request-id") ?? undefined;
    const key = request.headers.get("idempotency-key") ?? undefined;
    if (typeof problem?.code !== "string") {
      return new RukoError(response.status, "UNREADABLE", response.statusText, [], requestId, retryAfter(response), key);
    }
    const errors = Array.isArray(problem.errors) ? (problem.errors as FieldError[]) : [];
    const id = typeof problem.requestId === "string" ? problem.requestId : requestId;
    return new RukoError(response.status, problem.code, String(problem.detail), errors, id, retryAfter(response), key);
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The seconds of `Retry-After`, if the answer has it. */
export function retryAfter(response: Response): number | undefined {
  const header = response.headers.get("retry-after");
  const seconds = header === null || header.trim() === "" ? Number.NaN : Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
