import { exists, readText } from "polywan-runtime/file";
import { spawn } from "polywan-runtime/process";
import { UciError } from "uci-parser/config";
import { parsePackage } from "uci-parser/parse";
import { parseEndpoints, parsePeers } from "./parse-far-ends.ts";
import type { FarEndsByUplink, Tunnel } from "./tunnel.ts";

const TIMEOUT_MS = 1000;
const NETWORK_FILE = "/etc/config/network";

/** Where each tunnel's packets go to: as the kernel has it, else as the configuration says. Never rejects. */
export async function readFarEnds(tunnels: readonly Tunnel[]): Promise<FarEndsByUplink> {
	const found = await Promise.all(
		tunnels.map(async ({ uplink, interface: name, device }) => {
			const ends = await askWireguard(device);
			return [uplink, [...new Set(ends.length > 0 ? ends : readPeers(name))].sort()] as const;
		}),
	);
	return new Map(found);
}

async function askWireguard(device: string): Promise<string[]> {
	try {
		const { exitCode, stdout } = await spawn(["wg", "show", device, "endpoints"], { timeoutMs: TIMEOUT_MS })
			.done;
		return exitCode === 0 ? parseEndpoints(new TextDecoder().decode(stdout)) : [];
	} catch {
		// Without the program there is the configuration.
		return [];
	}
}

function readPeers(netifdInterface: string): string[] {
	if (!exists(NETWORK_FILE)) return [];
	try {
		return parsePeers(parsePackage("network", readText(NETWORK_FILE)), netifdInterface);
	} catch (error) {
		if (error instanceof UciError) return [];
		throw error;
	}
}
