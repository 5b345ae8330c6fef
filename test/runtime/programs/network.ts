// Needs a network namespace of its own, CAP_NET_ADMIN and CAP_NET_RAW.
import { internetChecksum } from "polywan-runtime/checksum";
import { interfaceIndex, readCounters } from "polywan-runtime/interface";
import { watchFd } from "polywan-runtime/loop";
import { spawn } from "polywan-runtime/process";
import { Socket } from "polywan-runtime/socket";
import { openTun } from "polywan-runtime/tun";
import { check, ensure, equal, errorOf, pending } from "./check.ts";

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
/** linux/rtnetlink.h, linux/netlink.h */
const rtmGetLink = 18;
const rtmNewLink = 16;
const flagsRequestDump = 0x301;
const messageDone = 3;
const etherTypeIpv4 = 0x0800;

async function run(...argv: string[]): Promise<void> {
	const exit = await spawn(argv).done;
	ensure(exit.exitCode === 0, `${argv.join(" ")}: ${new TextDecoder().decode(exit.stderr)}`);
}

await run("ip", "link", "set", "lo", "up");

function buildEcho(type: number, id: number, length = 16): Uint8Array {
	const packet = new Uint8Array(length);
	const view = new DataView(packet.buffer);
	view.setUint8(0, type);
	view.setUint16(4, id);
	view.setUint16(6, 1);
	view.setUint16(2, internetChecksum(packet));
	return packet;
}

await check("the checksum of RFC 1071", () => {
	equal(internetChecksum(new Uint8Array([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7])), 0x220d);
	equal(internetChecksum(new Uint8Array([1])), 0xfeff);
	equal(internetChecksum(new Uint8Array(0)), 0xffff);
	equal(
		internetChecksum(new Uint8Array([0x12, 0x34]), 0xffff),
		internetChecksum(new Uint8Array([0x12, 0x34])),
	);
	equal(internetChecksum(buildEcho(8, 99)), 0);
	equal(internetChecksum(new Uint8Array([9, 9, ...buildEcho(8, 99)]).subarray(2)), 0);
});

await check("an echo request over a raw socket is answered, filtered by type", async () => {
	const { promise, resolve } = pending<number[]>();
	const socket = Socket.open("inet", "raw", 1);
	socket.setOption("icmpFilter", new Uint8Array([0])); // echo replies alone
	socket.setOption("bindToDevice", "lo");
	const buffer = new Uint8Array(1500);
	socket.watch({ read: true }, () => {
		const got = socket.receive(buffer);
		if (!got) return;
		socket.close();
		const headerBytes = ((buffer[0] ?? 0) & 15) * 4;
		resolve([
			...buffer.subarray(headerBytes, headerBytes + 1),
			...buffer.subarray(headerBytes + 4, got.bytes),
		]);
	});
	socket.send(buildEcho(8, 0x1234), { family: "inet", address: "127.0.0.1", port: 0 });
	equal(await promise, [0, 0x12, 0x34, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
});

await check("the same over IPv6", async () => {
	const { promise, resolve } = pending<number>();
	const socket = Socket.open("inet6", "raw", 58);
	socket.setOption("icmp6Filter", new Uint8Array([129]));
	const buffer = new Uint8Array(1500);
	socket.watch({ read: true }, () => {
		if (!socket.receive(buffer)) return;
		socket.close();
		resolve(buffer[0] ?? -1);
	});
	socket.send(buildEcho(128, 7), { family: "inet6", address: "::1", port: 0 });
	equal(await promise, 129);
});

await check("a BPF filter lets pass what it accepts alone", async () => {
	const { promise, resolve } = pending<number[]>();
	const socket = Socket.open("inet", "raw", 1);
	// ldxb 4*([0]&0xf); ldh [x+4] (the echo id); jeq 42; accept, or drop: linux/filter.h, linux/bpf_common.h
	socket.attachFilter([
		[0xb1, 0, 0, 0],
		[0x48, 0, 0, 4],
		[0x15, 0, 1, 42],
		[0x06, 0, 0, 0xffffffff],
		[0x06, 0, 0, 0],
	]);
	const buffer = new Uint8Array(1500);
	const ids: number[] = [];
	socket.watch({ read: true }, () => {
		for (let got = socket.receive(buffer); got; got = socket.receive(buffer)) ids.push(buffer[25] ?? -1);
		if (ids.length < 2) return; // the request and its answer
		socket.close();
		resolve(ids);
	});
	for (const id of [41, 42, 43])
		socket.send(buildEcho(8, id), { family: "inet", address: "127.0.0.1", port: 0 });
	equal(await promise, [42, 42]);
	equal(errorOf(() => Socket.open("inet", "dgram").attachFilter([[0xffff, 0, 0, 0]])).code, "EINVAL");
});

await check("a mark goes with the packets of a socket", () => {
	const socket = Socket.open("inet", "dgram");
	socket.setOption("mark", 0xff000000);
	socket.setOption("mark", 0);
	socket.close();
});

await check("netlink with extended errors, and without overruns", () => {
	const socket = Socket.open("netlink", "raw", 0);
	for (const option of ["netlinkExtAck", "netlinkNoEnobufs", "netlinkStrictCheck"] as const)
		socket.setOption(option, 1);
	socket.setOption("netlinkGroup", 1);
	socket.close();
});

await check("rtnetlink: the links, asked and heard", async () => {
	const { promise, resolve } = pending<number>();
	const socket = Socket.open("netlink", "raw", 0);
	socket.bind({ family: "netlink", pid: 0, groups: 0 });
	const local = socket.localAddress();
	ensure(local.family === "netlink" && local.pid > 0, "the kernel gave an address");
	const request = new Uint8Array(32);
	const view = new DataView(request.buffer);
	view.setUint32(0, 32, littleEndian);
	view.setUint16(4, rtmGetLink, littleEndian);
	view.setUint16(6, flagsRequestDump, littleEndian);
	socket.send(request, { family: "netlink", pid: 0, groups: 0 });
	const buffer = new Uint8Array(32768);
	let links = 0;
	socket.watch({ read: true }, () => {
		const got = socket.receive(buffer);
		if (!got) return;
		equal(got.from, { family: "netlink", pid: 0, groups: 0 });
		const messages = new DataView(buffer.buffer, 0, got.bytes);
		for (let at = 0; at < got.bytes; at += (messages.getUint32(at, littleEndian) + 3) & ~3) {
			const type = messages.getUint16(at + 4, littleEndian);
			if (type === rtmNewLink) links++;
			if (type !== messageDone) continue;
			socket.close();
			resolve(links);
			return;
		}
	});
	ensure((await promise) >= 1, "lo at least");
});

await check("a group of rtnetlink tells of changes", async () => {
	const { promise, resolve } = pending();
	const socket = Socket.open("netlink", "raw", 0);
	socket.bind({ family: "netlink", pid: 0, groups: 1 }); // RTMGRP_LINK
	socket.watch({ read: true }, () => {
		socket.close();
		resolve();
	});
	await run("ip", "link", "set", "lo", "mtu", "9000");
	await promise;
});

await check("counters grow by what was sent", () => {
	const socket = Socket.open("inet", "dgram");
	socket.bind({ family: "inet", address: "127.0.0.1", port: 0 });
	const before = readCounters("lo");
	for (let i = 0; i < 10; i++) socket.send(new Uint8Array(100), socket.localAddress());
	const after = readCounters("lo");
	socket.close();
	equal(after.txPackets - before.txPackets, 10);
	ensure(after.rxBytes - before.rxBytes >= 1000, "ten times a hundred bytes came in");
	equal(errorOf(() => readCounters("nonesuch")).code, "ENODEV");
	equal(errorOf(() => readCounters("a-name-that-is-too-long")).code, "ENODEV");
});

await check("interface indexes", () => {
	equal(interfaceIndex("lo"), 1);
	const error = errorOf(() => interfaceIndex("nonesuch"));
	equal([error.code, error.message], ["ENODEV", "look up the device nonesuch: No such device (ENODEV)"]);
});

await check("a packet socket sees a device's frames", async () => {
	const { promise, resolve } = pending<string>();
	const socket = Socket.open("packet", "dgram", etherTypeIpv4);
	socket.bind({ family: "packet", ifindex: interfaceIndex("lo"), protocol: etherTypeIpv4 });
	const buffer = new Uint8Array(2000);
	socket.watch({ read: true }, () => {
		const got = socket.receive(buffer);
		if (got?.from?.family !== "packet") return;
		socket.close();
		resolve(`${got.from.ifindex} ${got.from.protocol} ${(buffer[0] ?? 0) >> 4}`);
	});
	const sender = Socket.open("inet", "dgram");
	sender.send(new Uint8Array(5), { family: "inet", address: "127.0.0.1", port: 9 });
	sender.close();
	equal(await promise, `1 ${etherTypeIpv4} 4`);
});

await check("a tun device carries packets in and out", async () => {
	const { promise, resolve } = pending<string>();
	const tun = openTun("pwtest%d", "tun");
	equal(tun.name, "pwtest0");
	equal(errorOf(() => openTun("pwtest0", "tap")).name, "SystemError");
	equal(errorOf(() => openTun("a-name-that-is-too-long", "tap")).code, "ENAMETOOLONG");
	await run("ip", "address", "add", "192.0.2.1/24", "dev", tun.name);
	await run("ip", "link", "set", tun.name, "up");
	const raw = Socket.open("inet", "raw", 1);
	const packet = new Uint8Array(2000);
	const watch = watchFd(tun.fd, { read: true }, () => {
		for (let bytes = tun.read(packet); bytes !== null; bytes = tun.read(packet)) {
			if ((packet[0] ?? 0) >> 4 !== 4 || packet[9] !== 1) continue; // IPv6 neighbour discovery and the like
			answer(packet.subarray(0, bytes));
		}
	});
	const answer = (request: Uint8Array) => {
		const reply = request.slice();
		reply.set(request.subarray(16, 20), 12);
		reply.set(request.subarray(12, 16), 16);
		const icmp = reply.subarray(20);
		icmp[0] = 0;
		icmp.set([0, 0], 2);
		const sum = internetChecksum(icmp);
		icmp.set([sum >> 8, sum & 255], 2);
		equal(tun.write(reply), reply.length);
	};
	raw.setOption("icmpFilter", new Uint8Array([0]));
	raw.watch({ read: true }, () => {
		const got = raw.receive(packet);
		watch.close();
		raw.close();
		tun.close();
		resolve(got?.from?.family === "inet" ? got.from.address : "nobody");
	});
	raw.send(buildEcho(8, 5), { family: "inet", address: "192.0.2.99", port: 0 });
	equal(await promise, "192.0.2.99");
	equal(errorOf(() => interfaceIndex("pwtest0")).code, "ENODEV");
});
