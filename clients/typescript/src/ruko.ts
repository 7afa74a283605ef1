/** The client: one method for each HTTP method, typed by path. */
import createFetch, { type FetchOptions, type FetchResponse } from "openapi-fetch";
import type { FilterKeys, HttpMethod, PathsWithMethod, RequiredKeysOf } from "openapi-typescript-helpers";
import { RukoError } from "./errors.js";
import { patient } from "./retries.js";
import type { paths } from "./schema.js";

/** How to reach the API, and as whom. */
export interface Options {
  /** Such as `https://api.example.com`, without `/api/v1`. */
  readonly baseUrl: string;
  /** An access token or an API key; a function is asked before each call. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>);
  /** The slug or id of the tenant, for calls without a token. */
  readonly tenant?: string;
  /** Tries after the first one, 2 if not given. */
  readonly retries?: number;
  /** The longest wait in seconds that is waited for a retry, 30 if not given. */
  readonly longestWait?: number;
  /** In place of the global `fetch`. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** Header parameters are filled in by the client, and can still be given. */
type WithOwnHeaders<Operation> = Operation extends { parameters: infer Parameters }
  ? Omit<Operation, "parameters"> & {
      parameters: Omit<Parameters, "header"> &
        (Parameters extends { header?: infer Header } ? { header?: Partial<NonNullable<Header>> } : unknown);
    }
  : Operation;
type Paths = { [Path in keyof paths]: { [Method in keyof paths[Path]]: WithOwnHeaders<paths[Path][Method]> } };

type Json = "application/json";
type Init<Path extends keyof Paths, Method extends HttpMethod> = FetchOptions<FilterKeys<Paths[Path], Method>>;
/** Left out where nothing is required. */
type Arguments<Init> = RequiredKeysOf<Init> extends never ? [init?: Init] : [init: Init];
type Operation<Path extends keyof Paths, Method extends HttpMethod> = FilterKeys<Paths[Path], Method>;
type Answer<Path extends keyof Paths, Method extends HttpMethod> =
  Operation<Path, Method> extends infer Found extends Record<string | number, unknown>
    ? NonNullable<FetchResponse<Found, object, Json>["data"]>
    : never;
type Call<Method extends HttpMethod> = <Path extends PathsWithMethod<Paths, Method>>(
  path: Path,
  ...init: Arguments<Init<Path, Method>>
) => Promise<Answer<Path, Method>>;
type Item<Page> = Page extends { data: (infer One)[]; page: unknown } ? One : never;
/** The paths whose answers come in pages. */
type Lists = {
  [Path in PathsWithMethod<Paths, "get">]: Item<Answer<Path, "get">> extends never ? never : Path;
}[PathsWithMethod<Paths, "get">];

/** A client of the Ruko API. Calls resolve to the answer's envelope and throw a `RukoError` when the API refuses. */
export class Ruko {
  readonly #fetch;

  /** `GET`. */
  readonly get: Call<"get"> = (path, ...init) => this.#call("get", path, init[0]);
  /** `POST`, with a new `Idempotency-Key` unless `params.header` has one. Give your own to make it safe across restarts. */
  readonly post: Call<"post"> = (path, ...init) => this.#call("post", path, init[0]);
  /** `PUT`. */
  readonly put: Call<"put"> = (path, ...init) => this.#call("put", path, init[0]);
  /** `PATCH`, with a new `Idempotency-Key` unless `params.header` has one. */
  readonly patch: Call<"patch"> = (path, ...init) => this.#call("patch", path, init[0]);
  /** `DELETE`. */
  readonly delete: Call<"delete"> = (path, ...init) => this.#call("delete", path, init[0]);

  constructor(options: Options) {
    const { baseUrl, token, tenant, retries = 2, longestWait = 30 } = options;
    const send = options.fetch ?? ((request: Request) => globalThis.fetch(request));
    this.#fetch = createFetch<Record<string, Record<HttpMethod, object>>>({
      baseUrl,
      fetch: patient(send, { retries, longestWait }),
    });
    this.#fetch.use({
      async onRequest({ request }) {
        const given = typeof token === "function" ? await token() : token;
        if (given !== undefined && !request.headers.has("authorization")) {
          request.headers.set("authorization", `Bearer ${given}`);
        } else if (given === undefined && tenant !== undefined && !request.headers.has("x-tenant-id")) {
          request.headers.set("x-tenant-id", tenant);
        }
        if (["POST", "PATCH"].includes(request.method) && !request.headers.has("idempotency-key")) {
          request.headers.set("idempotency-key", crypto.randomUUID());
        }
      },
      async onResponse({ request, response }) {
        if (!response.ok) throw await RukoError.from(request, response);
      },
    });
  }

  /** Every item of a list, page after page: `for await (const invoice of ruko.list("/api/v1/invoices"))`. */
  async *list<Path extends Lists>(path: Path, ...init: Arguments<Init<Path, "get">>): AsyncGenerator<Item<Answer<Path, "get">>> {
    const first = (init[0] ?? {}) as { params?: { query?: Record<string, unknown> } };
    let cursor: string | null | undefined;
    do {
      const query = { ...first.params?.query, ...(cursor == null ? {} : { cursor }) };
      const page = (await this.#call("get", path, { ...first, params: { ...first.params, query } })) as {
        data: Item<Answer<Path, "get">>[];
        page: { next?: string | null };
      };
      yield* page.data;
      cursor = page.page.next;
    } while (cursor != null);
  }

  /** A file, such as an invoice's PDF. */
  async download<Path extends PathsWithMethod<Paths, "get">>(path: Path, ...init: Arguments<Init<Path, "get">>): Promise<Uint8Array> {
    const bytes = await this.#call("get", path, { ...init[0], parseAs: "arrayBuffer" });
    return new Uint8Array(bytes as unknown as ArrayBuffer);
  }

  // The types above say what goes in and what comes out of each path; here it is only passed on.
  async #call<Method extends HttpMethod, Path extends keyof Paths>(method: Method, path: Path, init: unknown) {
    const options = (init ?? {}) as FetchOptions<object>;
    const { data } = await this.#fetch.request(method as never, path as never, options as never);
    return data as Answer<Path, Method>;
  }
}
