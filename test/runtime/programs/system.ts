import { isClockSynchronized, monotonicMs, monotonicUs, wallMs } from "polywan-runtime/clock";
import { SystemError } from "polywan-runtime/error";
import { removeFile } from "polywan-runtime/file";
import * as program from "polywan-runtime/program";
import { Socket } from "polywan-runtime/socket";
import { syslog } from "polywan-runtime/syslog";
import { check, ensure, equal } from "./check.ts";

await check("arguments, environment and identity", () => {
	equal(program.args[0], "an argument");
	equal(
		[program.env("POLYWAN_TEST"), program.env("POLYWAN"), program.env("PWTEST_NONE")],
		["a=b", undefined, undefined],
	);
	ensure(/^[0-9a-f]{16}$/.test(program.buildId), `a build id: ${program.buildId}`);
	ensure(program.programPath.endsWith("system"), program.programPath);
	ensure(program.pid() > 1, "a process number");
	equal([program.isTerminal(1), program.terminalSize(1)], [false, null]);
});

await check("clocks", () => {
	const [us, ms] = [monotonicUs(), monotonicMs()];
	ensure(ms - us / 1000 >= 0 && ms - us / 1000 < 1000, "microseconds and milliseconds of one clock");
	ensure(Math.abs(wallMs() - Date.now()) < 1000, "the time of day");
	ensure(monotonicUs() >= us, "never back");
	ensure(typeof isClockSynchronized() === "boolean", "whether the clock is right is known");
});

await check("errors have a name, a number, the call and what was attempted", () => {
	const error = new SystemError(2, "open", "read /x");
	equal([error.code, error.errno, error.syscall, error.name], ["ENOENT", 2, "open", "SystemError"]);
	equal([error instanceof SystemError, error instanceof Error], [true, true]);
	equal(new SystemError(9999, "open", "x").code, "E9999");
});

await check("the engine: regular expressions, dates, big numbers, sorting", () => {
	equal("a1b22".replace(/(?<digits>\d+)/gu, "<$<digits>>"), "a<1>b<22>");
	equal(/^\p{L}+$/u.test("Straße"), true);
	equal(new Date(0).toISOString(), "1970-01-01T00:00:00.000Z");
	equal(String(2n ** 64n), "18446744073709551616");
	equal(0.1 + 0.2, 0.30000000000000004);
	equal(JSON.parse('{"a":[1,2.5,-3e10,"\\u00e4"]}'), { a: [1, 2.5, -3e10, "ä"] });
	equal(Array.from({ length: 100 }, (_, i) => (i * 37) % 100).sort((a, b) => a - b)[50], 50);
	equal(new Float64Array(new Uint8Array([0, 0, 0, 0, 0, 0, 0xf0, 0x3f]).buffer).length, 1);
	equal(0xff000000 >>> 0, 4278190080);
	equal("x".padStart(3).normalize("NFC"), "  x");
});

await check("a message to the log", () => {
	if (!program.args.includes("own-root")) return;
	syslog("info", "nobody listens");
	const log = Socket.open("unix", "dgram");
	removeFile("/dev/log");
	log.bind({ family: "unix", path: "/dev/log" });
	syslog("warning", "wan ist tot: ä");
	const buffer = new Uint8Array(1000);
	const got = log.receive(buffer);
	const line = new TextDecoder().decode(buffer.subarray(0, got?.bytes ?? 0));
	log.close();
	removeFile("/dev/log");
	ensure(/^<28>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d polywan\[\d+\]: wan ist tot: ä$/.test(line), line);
	syslog("error", "nobody listens again");
});
