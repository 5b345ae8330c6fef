import type { Probing } from "../config/model.ts";
import type { UplinkState } from "./state.ts";

/** Something that happened to one uplink in one family. */
export type HealthEvent =
	/** Carrier, address and route are there, or not. */
	| { readonly kind: "link"; readonly usable: boolean; readonly reason: string }
	| { readonly kind: "reply"; readonly target: string; readonly sequence: number; readonly rttUs: number }
	/** An error instead of an answer: ICMP, refused, a send error. `portal`: somebody on the way answers for the target. */
	| {
			readonly kind: "failure";
			readonly target: string;
			readonly sequence: number;
			readonly reason: string;
			readonly portal?: boolean;
	  }
	/** Targets that answer on no uplink: they do not count until they answer. */
	| { readonly kind: "badTargets"; readonly targets: readonly string[] }
	/** The target is asked in another way from now on: its times so far mean nothing. */
	| { readonly kind: "method"; readonly target: string }
	/** Passive evidence of trouble: neighbour FAILED, unreachable, … Equal reasons are one kind. */
	| { readonly kind: "evidence"; readonly reason: string }
	/** The device's packet counters, absolute, as read now. */
	| { readonly kind: "traffic"; readonly txPackets: number; readonly rxPackets: number }
	| { readonly kind: "settings"; readonly probing: Probing; readonly targets: readonly string[] }
	/** `wakeAtMs` has come. */
	| { readonly kind: "wake" };

/** What is to be done after an event. It replaces what earlier steps asked for. */
export interface HealthStep {
	/** Probes to send now. */
	readonly sends: readonly ProbeOrder[];
	/** When a "wake" event is wanted; null: not before something else happens. */
	readonly wakeAtMs: number | null;
	/** When a "traffic" event is wanted; null: not needed. */
	readonly pollTrafficAtMs: number | null;
	readonly change: StateChange | null;
}

export interface ProbeOrder {
	readonly target: string;
	/** 0–65535, as in ICMP. */
	readonly sequence: number;
}

export interface StateChange {
	readonly from: UplinkState;
	readonly to: UplinkState;
	readonly reason: string;
}

export interface Quality {
	/** Smoothed, mean over the trusted targets; null before the first answer. */
	readonly rttMs: number | null;
	readonly jitterMs: number | null;
	/** Over the last hundred probes or fewer; 100 while down. */
	readonly lossPercent: number;
	readonly targets: readonly TargetQuality[];
	/** What a captive portal answered; null: there is none. */
	readonly portal: string | null;
}

export interface TargetQuality {
	readonly address: string;
	readonly answering: boolean;
	/** Whether it answered when last asked, whatever the state of the uplink; null: not asked often enough. */
	readonly heard: boolean | null;
	/** False: it stays silent while others answer. */
	readonly trusted: boolean;
	readonly rttMs: number | null;
}
