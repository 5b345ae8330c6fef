import { isSynchronized, monotonicUs as nativeMonotonicUs, wallUs } from "polywan:clock";

/** Microseconds of CLOCK_MONOTONIC: for durations. Starts anywhere, never goes back, stands still while suspended. */
export function monotonicUs(): number {
	return nativeMonotonicUs();
}

/** Milliseconds of CLOCK_MONOTONIC, with a fraction. */
export function monotonicMs(): number {
	return nativeMonotonicUs() / 1000;
}

/** Milliseconds since 1970 of CLOCK_REALTIME: for calendars only, it jumps and routers boot in 1970. */
export function wallMs(): number {
	return wallUs() / 1000;
}

/** Whether the kernel was told that its clock is right, by NTP or the like, lately. */
export function isClockSynchronized(): boolean {
	return isSynchronized();
}
