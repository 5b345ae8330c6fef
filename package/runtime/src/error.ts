import { name, text } from "polywan:error";

/** A system call that failed. The message says what was attempted. */
export class SystemError extends Error {
	override readonly name = "SystemError";
	/** The name of the error, as "ENOENT"; "E<number>" when it has none here. */
	readonly code: string;
	/** Its positive number on this architecture. */
	readonly errno: number;
	/** The system call, or the closest name for what was asked of the kernel. */
	readonly syscall: string;

	/** @param attempted what the caller wanted, as "bind 192.0.2.1:80" */
	constructor(errno: number, syscall: string, attempted: string) {
		const code = name(errno) ?? `E${errno}`;
		super(`${attempted}: ${text(errno)} (${code})`);
		this.code = code;
		this.errno = errno;
		this.syscall = syscall;
	}
}

/** Passes a native's result on; throws SystemError when it is a negative errno. */
export function checkResult<Result>(
	result: Result | number,
	syscall: string,
	attempted: () => string,
): Exclude<Result, number> | (number & Result) {
	if (typeof result === "number" && result < 0) throw new SystemError(-result, syscall, attempted());
	return result as Exclude<Result, number> | (number & Result);
}

/** Whether a native's result is this error, as "EAGAIN". */
export function isError(result: unknown, code: string): boolean {
	return typeof result === "number" && result < 0 && name(-result) === code;
}
