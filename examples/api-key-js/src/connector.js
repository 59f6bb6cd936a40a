// A Datadog connector in JavaScript: what it exports is the world `key-connector` of the contract.
//
// The error of a `result` is thrown. Nothing here keeps anything between calls, and no call
// changes what another one returns.

import { apiRequest, authorize } from "./access.js";
import { resolve } from "./connection.js";
import { DEFINITION } from "./definition.js";
import { listOperations, resume, start } from "./operations.js";
import { success } from "./response.js";

export const types = {};
export const provider = { describe: () => DEFINITION, resolve };
export const access = { authorize, apiRequest, apiResponse: success };
export const operations = { listOperations, start, resume };
