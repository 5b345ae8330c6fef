import { execFile } from "node:child_process";

let last: Promise<unknown> = Promise.resolve();

/** Runs `ip` with these arguments and gives what it prints; complaints go to stderr. */
export function runIp(args: readonly string[], input?: string): Promise<string> {
	return new Promise((resolve) => {
		const child = execFile("ip", args, (_error, stdout, stderr) => {
			if (stderr) process.stderr.write(`netifd: ip ${args.join(" ")}: ${stderr}`);
			resolve(stdout);
		});
		child.stdin?.end(input);
	});
}

/** `ip -batch`, one batch after the other; a line that fails is reported and the rest is done. */
export function runBatch(lines: readonly string[]): Promise<unknown> {
	if (lines.length === 0) return last;
	last = last.then(() => runIp(["-force", "-batch", "-"], `${lines.join("\n")}\n`));
	return last;
}
