import { set, unwatch, watch } from "polywan:loop";
import { checkResult } from "./error.ts";

/** What to wait for on a descriptor. */
export interface Interest {
	readonly read?: boolean;
	readonly write?: boolean;
}

/** What a descriptor is ready for. `error` also means that the other side hung up. */
export interface Ready {
	readonly readable: boolean;
	readonly writable: boolean;
	readonly error: boolean;
}

export interface FdWatch {
	/** Nothing happens once it is closed. Throws SystemError EBADF when the descriptor itself was closed. */
	set(interest: Interest): void;
	/** Stops watching; does not close the descriptor. Closing twice is fine. */
	close(): void;
}

const readyStates: readonly Ready[] = Array.from({ length: 8 }, (_, mask) =>
	Object.freeze({ readable: (mask & 1) !== 0, writable: (mask & 2) !== 0, error: (mask & 4) !== 0 }),
);
const notReady: Ready = { readable: false, writable: false, error: false };

function interestMask(interest: Interest): number {
	return (interest.read ? 1 : 0) | (interest.write ? 2 : 0);
}

/**
 * Calls back in every turn of the loop in which the descriptor is ready (level-triggered, epoll(7)): once a turn, as for every other
 * ready descriptor. A watched descriptor keeps the program running. An interest in nothing reports nothing, not even errors.
 * Throws SystemError: EEXIST when the descriptor is watched already, EPERM for a plain file.
 */
export function watchFd(fd: number, interest: Interest, onReady: (ready: Ready) => void): FdWatch {
	return openWatch(fd, interest, onReady, false);
}

/** As watchFd, but does not keep the program running. */
export function watchFdInBackground(
	fd: number,
	interest: Interest,
	onReady: (ready: Ready) => void,
): FdWatch {
	return openWatch(fd, interest, onReady, true);
}

function openWatch(
	fd: number,
	interest: Interest,
	onReady: (ready: Ready) => void,
	background: boolean,
): FdWatch {
	const opened = watch(
		fd,
		interestMask(interest),
		(mask) => onReady(readyStates[mask] ?? notReady),
		background,
	);
	const id = checkResult(opened, "epoll_ctl", () => `watch descriptor ${fd}`);
	let open = true;
	return {
		set(interest) {
			if (open) checkResult(set(fd, id, interestMask(interest)), "epoll_ctl", () => `watch descriptor ${fd}`);
		},
		close() {
			open = false;
			unwatch(fd, id);
		},
	};
}
