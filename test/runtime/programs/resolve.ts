import { resolveName } from "polywan-runtime/resolve";
import { Socket } from "polywan-runtime/socket";
import { check, equal } from "./check.ts";

/** What the name server of these cases does with a question. */
type Behaviour = "answer" | "late" | "silent" | "nobody" | "fail" | "forge";

/** A name server on loopback; its port, and a call that ends it. */
function openServer(behaviour: Behaviour): { port: number; close: () => void } {
	const socket = Socket.open("inet", "dgram");
	socket.bind({ family: "inet", address: "127.0.0.1", port: 0 });
	let questions = 0;
	socket.watch({ read: true }, () => {
		const buffer = new Uint8Array(512);
		const got = socket.receive(buffer);
		if (!got?.from || behaviour === "silent") return;
		questions++;
		if (behaviour === "late" && questions < 2) return;
		const query = buffer.slice(0, got.bytes);
		if (behaviour === "forge") {
			const forged = buildAnswer(query, 0);
			forged[0] = (forged[0] ?? 0) ^ 255; // the id of another question
			forged[forged.length - 1] = 66;
			socket.send(forged, got.from);
			socket.send(forged.subarray(0, 20), got.from);
		}
		socket.send(buildAnswer(query, { nobody: 3, fail: 2 }[behaviour as string] ?? 0), got.from);
	});
	const local = socket.localAddress();
	return { port: local.family === "inet" ? local.port : 0, close: () => socket.close() };
}

/** A CNAME, then the address 192.0.2.7 or 2001:db8::7 by the type that was asked for. */
function buildAnswer(query: Uint8Array, code: number): Uint8Array {
	const wantsIpv6 = query[query.length - 3] === 28;
	const alias = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, 1, 97, 0xc0, 12];
	const data = wantsIpv6 ? [0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), 7] : [192, 0, 2, 7];
	const record = [0xc0, 12, 0, wantsIpv6 ? 28 : 1, 0, 1, 0, 0, 0, 60, 0, data.length, ...data];
	const answers = code === 0 ? [...alias, ...record] : [];
	const answer = new Uint8Array([...query, ...answers]);
	answer.set([0x81, 0x80 | code, 0, 1, 0, code === 0 ? 2 : 0], 2);
	return answer;
}

async function ask(behaviour: Behaviour, name: string, family: "inet" | "inet6" = "inet"): Promise<unknown> {
	const server = openServer(behaviour);
	try {
		// It is asked again after a third of it, a second at most.
		const timeoutMs = { silent: 300, late: 1500 }[behaviour as string] ?? 10_000;
		return await resolveName(name, family, { servers: ["127.0.0.1"], port: server.port, timeoutMs });
	} catch (error) {
		return error instanceof Error && "code" in error ? error.code : String(error);
	} finally {
		server.close();
	}
}

await check("addresses of both families, past an alias", async () => {
	equal(await ask("answer", "www.example.org"), ["192.0.2.7"]);
	equal(await ask("answer", "WWW.example.org.", "inet6"), ["2001:db8::7"]);
});

await check("a lost question is asked again", async () => {
	equal(await ask("late", "www.example.org"), ["192.0.2.7"]);
});

await check("answers to other questions do not count", async () => {
	equal(await ask("forge", "www.example.org"), ["192.0.2.7"]);
});

await check("no such name, no help, no answer", async () => {
	equal(await ask("nobody", "www.example.org"), "ENOTFOUND");
	equal(await ask("fail", "www.example.org"), "ESERVFAIL");
	equal(await ask("silent", "www.example.org"), "ETIMEDOUT");
});

await check("a port where nobody listens fails at once", async () => {
	const server = openServer("answer");
	server.close();
	const options = { servers: ["127.0.0.1"], port: server.port, timeoutMs: 5000 };
	equal(
		await resolveName("www.example.org", "inet", options).catch((error: { code: string }) => error.code),
		"ESERVFAIL",
	);
});

await check("the first server that tells something is believed", async () => {
	const [silent, good] = [openServer("silent"), openServer("answer")];
	silent.close();
	const options = { servers: ["127.0.0.2", "127.0.0.1"], port: good.port, timeoutMs: 2000 };
	equal(await resolveName("www.example.org", "inet", options), ["192.0.2.7"]);
	good.close();
});

await check("addresses, and names of /etc/hosts, ask nobody", async () => {
	const options = { servers: ["127.0.0.1"], port: 1, timeoutMs: 100 };
	equal(await resolveName("192.0.2.1", "inet", options), ["192.0.2.1"]);
	equal(await resolveName("192.0.2.1", "inet6", options), []);
	equal(await resolveName("2001:db8::1", "inet6", options), ["2001:db8::1"]);
	equal(await resolveName("localhost", "inet", options), ["127.0.0.1"]);
});

await check("a name that DNS cannot hold", async () => {
	const fail = (name: string) => resolveName(name, "inet").catch((error: Error) => error.name);
	equal(
		[await fail("a..b"), await fail(`${"x".repeat(64)}.org`), await fail("")],
		Array(3).fill("RangeError"),
	);
});
