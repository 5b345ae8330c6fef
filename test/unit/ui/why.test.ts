import { expect, test } from "vitest";
import { buildArgs, listMore } from "../../../ui/src/why/question.ts";

const asked = { source: "", destination: " example.com ", protocol: "", port: "", more: {} };

test("what is not said is not asked, and nobody means the router", () => {
	expect(buildArgs(asked)).toEqual({ source: "router", destination: "example.com" });
	const host = {
		...asked,
		source: "192.168.1.10",
		protocol: "tcp",
		port: "443",
		more: { source_port: "5000" },
	};
	expect(buildArgs(host)).toEqual({
		source: "192.168.1.10",
		destination: "example.com",
		protocol: "tcp",
		port: "443",
		source_port: "5000",
	});
});

test("what makes no sense of such a connection is neither offered nor asked", () => {
	expect(listMore({ source: "", protocol: "icmp" })).toEqual(["icmp_type", "dscp", "mark", "user", "group"]);
	const ping = {
		...asked,
		source: "192.168.1.10",
		protocol: "icmp",
		port: "80",
		more: { user: "0", dscp: "EF" },
	};
	expect(buildArgs(ping)).toEqual({
		source: "192.168.1.10",
		destination: "example.com",
		protocol: "icmp",
		dscp: "EF",
	});
});
