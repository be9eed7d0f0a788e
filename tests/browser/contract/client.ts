// A partner's program in TypeScript, by a client that was generated from the
// document: what compiles here is what the document promises.

import createClient, { type Middleware } from "openapi-fetch";

import type { components, paths } from "./api.js";

declare const process: { env: Record<string, string> };

const { GIVING_BASE, GIVING_PUBLIC_KEY, GIVING_SECRET_KEY, GIVING_HMAC_SECRET } = process.env;
const utf8 = new TextEncoder();
const hex = (bytes: ArrayBuffer) => [...new Uint8Array(bytes)].map(byte => byte.toString(16).padStart(2, "0")).join("");

const signing: Middleware = {
  async onRequest({ request }) {
    const { pathname, search } = new URL(request.url);
    const bodyHash = hex(await crypto.subtle.digest("SHA-256", await request.clone().arrayBuffer()));
    const timestamp = Math.floor(Date.now() / 1000).toString();
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", utf8.encode(GIVING_HMAC_SECRET), algorithm, false, ["sign"]);
    const payload = utf8.encode(timestamp + request.method + pathname + search + bodyHash);
    request.headers.set("X-Partner-Key", GIVING_SECRET_KEY!);
    request.headers.set("X-Timestamp", timestamp);
    request.headers.set("X-Signature", hex(await crypto.subtle.sign("HMAC", key, payload)));
    return request;
  },
};

const server = createClient<paths>({ baseUrl: GIVING_BASE });
server.use(signing);
const widget = createClient<paths>({ baseUrl: GIVING_BASE, headers: { "X-Partner-Key": GIVING_PUBLIC_KEY } });

const nonprofit = await widget.GET("/v1/partner/organizations/{slug}", { params: { path: { slug: "american-red-cross" } } });
const user = { externalUserId: "typed_user", email: "ada@example.org" };
const made = await server.POST("/v1/partner/users", { body: user });
const again = await server.POST("/v1/partner/users", { body: user });
const pools = await server.GET("/v1/partner/token-pools", { params: { query: { limit: 5 } } });

// A field that is always there needs no question mark, a closed set is one.
const status: components["schemas"]["PoolStatus"] | undefined = pools.data?.data[0]?.status;
if (status !== "ACTIVE") throw new Error(`the pool is ${status}`);
// @ts-expect-error a user without an id is none
void (() => server.POST("/v1/partner/users", { body: { email: "ada@example.org" } }));

console.log(JSON.stringify({
  nonprofit: nonprofit.data?.name,
  user: made.data?.externalUserId,
  pools: pools.data?.data.length,
  refused: [again.error?.code, again.response.status],
}));
