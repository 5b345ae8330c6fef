import type { UbusMethod } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import type { Grant } from "./acl.ts";
import { optionalList, optionalNumber, optionalTable, optionalText, refuse, text } from "./argument.ts";
import { DEFAULT_TIMEOUT_S, NULL_SESSION, type Session, type Sessions } from "./session.ts";

const SID = { ubus_rpc_session: "string" } as const;

/** The object `session`. `pendingApply` tells which session has an apply to confirm. */
export function sessionMethods(
	sessions: Sessions,
	pendingApply: () => string | null,
): { [name: string]: UbusMethod } {
	const sessionOf = (args: BlobTable): Session => {
		const session = sessions.get(text(args, "ubus_rpc_session"));
		if (!session) throw refuse("notFound");
		return session;
	};
	return {
		create: {
			args: { timeout: "int32" },
			call: (args) => sessions.create(optionalNumber(args, "timeout") ?? DEFAULT_TIMEOUT_S).dump(),
		},
		// rpcd answers a list of all sessions as one message each, which a method here cannot.
		list: { args: SID, call: (args) => sessionOf(args).dump() },
		grant: changeRights(sessionOf, (session, _scope, grant) => grant && session.grant(grant)),
		revoke: changeRights(sessionOf, (session, scope, grant) => session.revoke(scope, grant)),
		access: {
			args: { ...SID, scope: "string", object: "string", function: "string" },
			call(args) {
				const session = sessionOf(args);
				const object = optionalText(args, "object");
				const name = optionalText(args, "function");
				if (object === undefined || name === undefined) return session.dumpAcls();
				return { access: session.allows(optionalText(args, "scope") ?? "ubus", object, name) };
			},
		},
		set: {
			args: { ...SID, values: "table" },
			call(args) {
				const values = optionalTable(args, "values");
				if (!values) throw refuse("invalidArgument");
				Object.assign(sessionOf(args).data, values);
			},
		},
		get: {
			args: { ...SID, keys: "array" },
			call(args) {
				const { data } = sessionOf(args);
				const keys = optionalList(args, "keys");
				const chosen = Object.entries(data).filter(([key]) => keys?.includes(key) ?? true);
				return { values: Object.fromEntries(chosen) };
			},
		},
		unset: {
			args: { ...SID, keys: "array" },
			call(args) {
				const { data } = sessionOf(args);
				const keys = optionalList(args, "keys") ?? Object.keys(data);
				for (const key of keys) if (typeof key === "string") delete data[key];
			},
		},
		destroy: {
			args: SID,
			call(args) {
				if (text(args, "ubus_rpc_session") === NULL_SESSION) throw refuse("permissionDenied");
				sessions.destroy(sessionOf(args));
			},
		},
		login: {
			args: { username: "string", password: "string", timeout: "int32" },
			call(args) {
				const timeoutS = optionalNumber(args, "timeout") ?? DEFAULT_TIMEOUT_S;
				const user = text(args, "username");
				const session = sessions.login(user, text(args, "password"), timeoutS, pendingApply());
				if (!session) throw refuse("permissionDenied");
				return session.dump();
			},
		},
	};
}

/** `objects` is a list of [object, function]; without it the whole scope is meant. */
function changeRights(
	sessionOf: (args: BlobTable) => Session,
	change: (session: Session, scope: string, grant?: Grant) => void,
): UbusMethod {
	return {
		args: { ...SID, scope: "string", objects: "array" },
		call(args) {
			const session = sessionOf(args);
			const scope = optionalText(args, "scope") ?? "ubus";
			const objects = optionalList(args, "objects");
			if (!objects) change(session, scope);
			for (const pair of objects ?? []) {
				const [object, name] = Array.isArray(pair) ? pair.filter((each) => typeof each === "string") : [];
				if (object !== undefined && name !== undefined)
					change(session, scope, { scope, object, function: name });
			}
		},
	};
}
