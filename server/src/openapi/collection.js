// Signs the call with the keys of the collection's variables.
const crypto = require("crypto-js");

const value = name => pm.variables.replaceIn(`{{${name}}}`);
const kind = pm.request.headers.get("X-Giving-Auth");
pm.request.headers.remove("X-Giving-Auth");

if (kind === "publishable") {
  pm.request.headers.upsert({ key: "X-Partner-Key", value: value("publicKey") });
} else if (kind === "bearer") {
  pm.request.headers.upsert({ key: "Authorization", value: `Bearer ${value("accessToken")}` });
} else if (kind === "endaoment") {
  pm.request.headers.upsert({ key: "x-api-key", value: value("secretKey") });
} else if (kind === "percent") {
  pm.request.headers.upsert({ key: "Authorization", value: value("secretKey") });
} else if (kind === "signed") {
  const body = pm.request.body && pm.request.body.raw ? pm.variables.replaceIn(pm.request.body.raw) : "";
  const path = pm.variables.replaceIn(pm.request.url.getPathWithQuery());
  const timestamp = Math.floor(Date.now() / 1000).toString();
  const hash = crypto.SHA256(body).toString(crypto.enc.Hex);
  const payload = timestamp + pm.request.method + path + hash;
  const signature = crypto.HmacSHA256(payload, value("hmacSecret")).toString(crypto.enc.Hex);
  pm.request.headers.upsert({ key: "X-Partner-Key", value: value("secretKey") });
  pm.request.headers.upsert({ key: "X-Timestamp", value: timestamp });
  pm.request.headers.upsert({ key: "X-Signature", value: signature });
}
