import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

/** The order in which OpenWrt's rc.common does things; every procd call and run of polywan is printed. */
const rcCommon = `
restart() { echo "not overridden"; }
. rootfs-overlay/etc/init.d/polywan
PROGRAM=polywan
polywan() { echo "polywan $*"; [ "$1" != reload ] || [ -z "$no_daemon" ]; }
procd_open_instance() { :; }
procd_close_instance() { :; }
procd_set_param() { echo "set $*"; }
procd_add_reload_trigger() { echo "trigger $*"; }
start() { echo start; start_service; service_triggers; }
stop() { echo stop; service_stopped; }
reload() { reload_service; }
`;

function run(action: string, env: Record<string, string> = {}): string[] {
	const script = `${rcCommon}\n${action}`;
	const output = execFileSync("busybox", ["ash", "-c", script], {
		encoding: "utf8",
		env: { PATH: process.env.PATH, ...env },
	});
	return output.trimEnd().split("\n");
}

test("start runs the daemon, again and again, and reloads when its configuration changes", () => {
	expect(run("start")).toEqual([
		"start",
		"set command polywan daemon",
		"set respawn 3600 1 0",
		"set file polywan /usr/bin/polywan-run",
		"set stderr 1",
		"trigger polywan firewall system",
	]);
});

test("stop clears the kernel, restart and a package upgrade do not", () => {
	expect(run("stop")).toEqual(["stop", "polywan clear"]);
	const restarted = run("restart");
	expect(restarted.slice(0, 3)).toEqual(["stop", "start", "set command polywan daemon"]);
	expect(restarted).not.toContain("polywan clear");
	expect(run("stop", { PKG_UPGRADE: "1" })).toEqual(["stop"]);
});

test("reload asks the daemon, and starts one where none answers", () => {
	expect(run("reload")).toEqual(["polywan reload"]);
	expect(run("reload", { no_daemon: "1" }).slice(0, 2)).toEqual(["polywan reload", "start"]);
});
