import type { RpcPlatform } from "ubus-js/browser";

export const browserPlatform: RpcPlatform<AbortSignal> = {
	fetch: (url, init) => fetch(url, init),
	abortController: () => new AbortController(),
};
