import { beforeAll, test } from "vitest";
import { fuzzTls } from "../fuzz/tls.ts";
import { prepareProgram, whyNotHere } from "./harness.ts";

const reason = whyNotHere("asan");

beforeAll(async () => {
	if (!reason) await prepareProgram("asan", "tls-fuzz");
}, 300_000);

test("the TLS client takes whatever a server sends: 300 mutated flights", { timeout: 120_000 }, async ({
	skip,
}) => {
	skip(reason !== null, reason ?? "");
	await fuzzTls(6000, 1);
});
