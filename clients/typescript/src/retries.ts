/** Tries again what may be tried again, as long as the API asks for it. */
import { retryAfter } from "./errors.js";

/** How often and how long. */
export interface Patience {
  /** Tries after the first. */
  readonly retries: number;
  /** The longest wait in seconds that the API may ask for; a longer one is the caller's to decide. */
  readonly longestWait: number;
}

/**
 * A `fetch` that retries 429 always, and 503 and a lost connection where a second call cannot have a second effect. The first
 * call may still be at work then: the answer to the second is 409 with `Retry-After`, and the third has the first one's answer.
 */
export function patient(fetch: (request: Request) => Promise<Response>, patience: Patience) {
  return async (request: Request): Promise<Response> => {
    for (let tried = 0; ; tried += 1) {
      const last = tried >= patience.retries;
      let wait: number | undefined;
      try {
        const response = await fetch(last ? request : request.clone());
        const asked = retryAfter(response);
        const busy = response.status === 503 || (response.status === 409 && asked !== undefined);
        const again = response.status === 429 || (busy && repeatable(request));
        wait = asked ?? backoff(tried);
        if (last || !again || wait > patience.longestWait) return response;
        await response.body?.cancel();
      } catch (error) {
        if (last || request.signal.aborted || !repeatable(request)) throw error;
        wait = backoff(tried);
      }
      await sleep(wait, request.signal);
    }
  };
}

/** Whether the same call twice has one effect. Calls under `/auth` answer with secrets and keep no key. */
function repeatable(request: Request): boolean {
  if (["GET", "HEAD", "PUT", "DELETE"].includes(request.method)) return true;
  return request.headers.has("idempotency-key") && !new URL(request.url).pathname.includes("/api/v1/auth/");
}

/** Seconds: a quarter, a half, one, … with up to as much again, so that callers do not come back together. */
function backoff(tried: number): number {
  return 0.25 * 2 ** tried * (1 + Math.random());
}

function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, seconds * 1000);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
