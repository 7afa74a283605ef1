/** The typed client of the Ruko API. */
export { RukoError, type ErrorCode, type FieldError } from "./errors.js";
export { Ruko, type Options } from "./ruko.js";
export type { components, paths } from "./schema.js";

import type { components } from "./schema.js";

/** A named schema of the API, such as `Schema<"InvoiceView">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
