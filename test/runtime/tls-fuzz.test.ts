import { beforeAll, test } from "vitest";
import { fuzzTls } from "../fuzz/tls.ts";
import { prepareProgram, whyNotHere } from "./harness.ts";

const reason = whyNotHere("asan");

beforeAll(async () => {
	if (!reason) await prepareProgram("asan", "tls-fuzz");
}, 300_000);

test("the TLS client takes whatever a server sends: 300 mutated flights", async ({ skip }) => {
	skip(reason !== null, reason ?? "");
	await fuzzTls(6000, 1);
});
