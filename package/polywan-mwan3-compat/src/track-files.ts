import {
	exists,
	listDirectory,
	makeDirectory,
	readText,
	removeFile,
	writeFile,
	writeFileAtomic,
} from "polywan-runtime/file";
import type { Told } from "./action.ts";
import type { Interface } from "./interface.ts";

const TRACK_DIRECTORY = "/var/run/mwan3track";
const STATE_DIRECTORY = "/var/run/mwan3/iface_state";
const TOLD_FILE = "/var/run/mwan3/told.json";
const FULL_SCORE = 10;

/** Writes what scripts read in /var/run/mwan3track/<interface>. Times are seconds of the system's uptime, as in mwan3. */
export function writeTrackFiles(entry: Interface, uptimeS: number, ageS: number): void {
	const folder = `${TRACK_DIRECTORY}/${entry.name}`;
	const isOnline = entry.status === "online";
	const changedS = Math.max(1, Math.floor(uptimeS - ageS));
	const files: Record<string, string | number> = {
		STATUS: entry.status,
		TIME: changedS,
		ONLINE: isOnline ? changedS : 0,
		OFFLINE: isOnline ? 0 : changedS,
		SCORE: isOnline ? FULL_SCORE : 0,
		LOST: 0,
		TURN: 0,
		STARTED: entry.tracking === "active" ? 1 : 0,
		DEVICE: entry.device,
	};
	for (const { address, answering, rtt_ms } of entry.targets) {
		files[`TRACK_${address}`] = answering ? "up" : "down";
		files[`LATENCY_${address}`] = Math.round(rtt_ms ?? 0);
		files[`LOSS_${address}`] = answering ? Math.round(entry.lossPercent) : 100;
	}
	makeDirectory(folder);
	makeDirectory(STATE_DIRECTORY);
	for (const [name, value] of Object.entries(files)) writeFile(`${folder}/${name}`, `${value}\n`);
	writeFile(`${STATE_DIRECTORY}/${entry.name}`, `${isOnline ? "online" : "offline"}\n`);
}

/** Takes away the files of interfaces that are no more. */
export function removeOtherTrackFiles(names: ReadonlySet<string>): void {
	if (!exists(TRACK_DIRECTORY)) return;
	for (const name of listDirectory(TRACK_DIRECTORY)) {
		if (names.has(name)) continue;
		for (const file of listDirectory(`${TRACK_DIRECTORY}/${name}`))
			removeFile(`${TRACK_DIRECTORY}/${name}/${file}`);
		removeFile(`${STATE_DIRECTORY}/${name}`);
	}
}

/** What scripts were told before this program started; it must not tell them again. */
export function readTold(): Map<string, Told> {
	try {
		return new Map(Object.entries(JSON.parse(readText(TOLD_FILE)) as Record<string, Told>));
	} catch {
		return new Map();
	}
}

export function writeTold(told: ReadonlyMap<string, Told>): void {
	makeDirectory(STATE_DIRECTORY);
	writeFileAtomic(TOLD_FILE, JSON.stringify(Object.fromEntries(told)));
}
