// Runs a collection as Postman does, and writes down how each call was answered.

import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";

const newman = createRequire(import.meta.url)("newman");
const [, , source, target] = process.argv;

/** The code of a refusal. */
function codeOf(response) {
  try {
    return response.json().code;
  } catch {
    return undefined;
  }
}

newman.run({ collection: JSON.parse(readFileSync(source, "utf8")) }, (error, summary) => {
  if (error) throw error;
  const answers = summary.run.executions.map(({ item, response, prerequestScript, requestError }) => ({
    name: item.name,
    status: response?.code,
    code: codeOf(response),
    error: requestError?.message ?? prerequestScript?.find(({ error }) => error)?.error.message,
  }));
  writeFileSync(target, JSON.stringify(answers));
});
