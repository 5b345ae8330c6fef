import { signal } from "@preact/signals";

/** Names ("section.option") of the secrets that are in force; values are told to nobody. */
export const knownSecrets = signal<readonly string[]>([]);
