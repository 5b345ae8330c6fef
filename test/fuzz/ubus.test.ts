import { it } from "vitest";
import { fuzzBroker, fuzzClient, fuzzCodec } from "./ubus.ts";

it("the codec holds its properties over 20,000 generated and mutated tables", () => {
	fuzzCodec(20_000, 1);
});

it("the client survives 10,000 messages of a mad ubusd", () => fuzzClient(10_000, 1));

it("the broker survives 10,000 messages of mad clients", () => fuzzBroker(10_000, 1));
