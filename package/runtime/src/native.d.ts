/**
 * The modules that polywan-run brings, in C (../c). They return a value or a negative errno and know nothing of what they are
 * for; programs use the faces beside this file.
 */

declare module "polywan:error" {
	/** "ENOENT" for the number of this architecture, null when it has no name here. */
	export function name(errno: number): string | null;
	export function text(errno: number): string;
}

declare module "polywan:loop" {
	/** Interest: 1 read, 2 write. Ready: 1 readable, 2 writable, 4 error. Returns the watch, or a negative errno. */
	export function watch(
		fd: number,
		interest: number,
		onReady: (ready: number) => void,
		background: boolean,
	): number;
	export function set(fd: number, watch: number, interest: number): number;
	export function unwatch(fd: number, watch: number): void;
}

declare module "polywan:clock" {
	export function monotonicUs(): number;
	export function wallUs(): number;
	export function isSynchronized(): boolean;
}

declare module "polywan:signal" {
	export function number(name: string): number;
	export function name(number: number): string | null;
	/** Reads exactly these signals from the signalfd (-1: a new one); returns it. */
	export function listen(fd: number, numbers: readonly number[]): number;
	/** The next signal's number, or a negative errno. */
	export function next(fd: number): number;
}

declare module "polywan:program" {
	export function programArguments(): string[];
	/** "NAME=value" each. */
	export function environment(): string[];
	export function path(): string;
	export function buildId(): string;
	export function pid(): number;
	export function exit(code: number): never;
	export function isTerminal(fd: number): boolean;
	export function terminalSize(fd: number): { columns: number; rows: number } | null;
	export function collectGarbage(): void;
	export function heapBytes(): number;
	export function processors(): number;
}

declare module "polywan:descriptor" {
	export function read(fd: number, into: Uint8Array): number;
	export function write(fd: number, data: Uint8Array): number;
	/** Waits until everything is written. */
	export function writeAll(fd: number, data: Uint8Array): number;
	export function close(fd: number): number;
	export function setNonBlocking(fd: number): number;
}

declare module "polywan:socket" {
	import type { Address } from "polywan-runtime/socket";
	export function open(family: string, type: string, protocol: number): number;
	export function bind(fd: number, address: Address): number;
	/** 0: connected, 1: in progress. */
	export function connect(fd: number, address: Address): number;
	export function listen(fd: number, backlog: number): number;
	export function accept(fd: number): { fd: number; from: Address } | number;
	/** The kernel's structure. */
	export function encode(address: Address): ArrayBuffer;
	export function send(fd: number, data: Uint8Array, to: Address | undefined): number;
	/** `to`: what `encode` gave. */
	export function sendEncoded(fd: number, data: Uint8Array, to: Uint8Array): number;
	export function receiveBytes(fd: number, into: Uint8Array): number;
	export function receive(fd: number, into: Uint8Array): { bytes: number; from: Address | null } | number;
	/** SO_ERROR as a negative errno, 0: none. */
	export function error(fd: number): number;
	export function setOption(fd: number, option: string, value: number | string | Uint8Array): number;
	/** Four numbers an instruction: code, jt, jf, k. */
	export function attachFilter(fd: number, instructions: Float64Array): number;
	export function localAddress(fd: number): Address | number;
	export function shutdown(fd: number, how: string): number;
}

declare module "polywan:interface" {
	export function index(name: string): number;
	export function readCounters(
		name: string,
	): { rxPackets: number; rxBytes: number; txPackets: number; txBytes: number } | number;
}

declare module "polywan:checksum" {
	export function internetChecksum(data: Uint8Array, initial: number): number;
}

declare module "polywan:process" {
	/** Streams: 0 /dev/null, 1 a pipe, 2 inherited. Descriptors of streams that are no pipe are -1. */
	export function spawn(
		candidates: readonly string[],
		argv: readonly string[],
		environment: readonly string[],
		directory: string | null,
		gid: number,
		streams: readonly [number, number, number],
	): { pid: number; exitFd: number; stdin: number; stdout: number; stderr: number } | number;
	/** The wait status of a child that ended, or a negative errno. */
	export function wait(pid: number): number;
	export function kill(pid: number, signal: number): number;
}

declare module "polywan:file" {
	export function read(path: string): Uint8Array | number;
	export function write(path: string, data: Uint8Array, mode: number): number;
	export function append(path: string, data: Uint8Array, mode: number): number;
	export function writeAtomic(path: string, data: Uint8Array, mode: number): number;
	export function stat(
		path: string,
	):
		| { size: number; mode: number; mtimeMs: number; isDirectory: boolean; isFile: boolean; inode: number }
		| number;
	export function list(path: string): string[] | number;
	export function makeDirectory(path: string, mode: number): number;
	export function unlink(path: string, unused: number): number;
	export function removeDirectory(path: string, unused: number): number;
	/** The descriptor that holds the lock. */
	export function lock(path: string, mode: number): number;
	export function rename(from: string, to: string): number;
}

declare module "polywan:tls" {
	export interface Session {
		readonly tlsSession: unique symbol;
	}
	/**
	 * Options: 1 insecure, 2 a certificate that is not valid yet is taken. The session, or an error: negative results are those of
	 * mbedTLS everywhere here.
	 */
	export function open(
		name: string,
		trust: readonly string[],
		protocols: readonly string[],
		options: number,
		certificate: Uint8Array | null,
		key: Uint8Array | null,
	): Session | number;
	/** 1: done, 0: more has to come. */
	export function handshake(session: Session): number;
	/** What came. */
	export function put(session: Session, received: Uint8Array): number;
	/** What is to go, after each of the others; null: nothing. */
	export function take(session: Session): Uint8Array | null;
	/** Bytes; 0: more has to come. */
	export function read(session: Session, into: Uint8Array): number;
	/** How many bytes were taken. */
	export function write(session: Session, data: Uint8Array): number;
	/** Says that nothing more will be sent. */
	export function end(session: Session): void;
	/** Gives the memory back. */
	export function close(session: Session): void;
	/** verified: MBEDTLS_X509_BADCERT_…; alert: the server's, or -1; authorities: how many were seen at the last look; version: as 0x304. */
	export function state(session: Session): {
		verified: number;
		alert: number;
		authorities: number;
		version: number;
		protocol: string | null;
	};
	export function certificate(session: Session): {
		subject: string;
		issuer: string;
		names: (string | Uint8Array)[];
		validFromMs: number;
		validToMs: number;
	} | null;
}

declare module "polywan:tun" {
	export function open(name: string, tap: boolean): { fd: number; name: string } | number;
}

declare module "polywan:xtables" {
	/** The bytes of struct ipt_getinfo (ip6t_getinfo is the same), or a negative errno. */
	export function tableInfo(family: number, table: string): Uint8Array | number;
}

declare module "polywan:exec" {
	/** Returns only when it failed: a negative errno. */
	export function exec(
		candidates: readonly string[],
		argv: readonly string[],
		environment: readonly string[],
		gid: number,
	): number;
}

declare module "polywan:conntrack" {
	export interface Collector {
		readonly conntrackCollector: unique symbol;
	}
	/** Order: 0 bytes, 1 packets, 2 age; the largest first unless reversed. The filter is struct filter of conntrack.h. */
	export function newCollector(
		filter: Uint8Array,
		capacity: number,
		order: number,
		reverse: boolean,
	): Collector;
	/** 0: more is to come, 1: the dump is whole, negative: errno. */
	export function add(collector: Collector, received: Uint8Array): number;
	export function total(collector: Collector): number;
	export function live(collector: Collector): number;
	export function takeRows(collector: Collector): Uint8Array;
	/** 0, or a negative errno. */
	export function merge(into: Collector, from: Collector): number;
	export interface Dump {
		readonly conntrackDump: unique symbol;
	}
	/** The collector is the dump's until it is finished. A negative errno: no thread could be started. */
	export function startDump(collector: Collector, request: Uint8Array): Dump | number;
	export function dumpFd(dump: Dump): number;
	/** Its collector, or a negative errno; waits for it. */
	export function finishDump(dump: Dump): Collector | number;
}
