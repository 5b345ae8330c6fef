import type { BlobTable, BlobValue } from "ubus-js/codec";
import { isTable, parseInstance } from "./config.ts";
import { Instance, type InstanceEvent } from "./instance.ts";
import { evaluate, matchesType, parseTrigger, type Trigger, TriggerQueue } from "./trigger.ts";

interface Service {
	script: string;
	instances: Map<string, Instance>;
	triggers: Trigger[];
	data: BlobTable;
	/** Goes as soon as its last process is gone, unless it is set again before. */
	deleted: boolean;
}

export type ServiceEvent = InstanceEvent | "service.start" | "service.stop" | "service.update";

/** The services that init scripts registered. */
export class Services {
	readonly #services = new Map<string, Service>();
	readonly #queue = new TriggerQueue();
	readonly #onEvent: (event: ServiceEvent, data: BlobTable) => void;

	constructor(onEvent: (event: ServiceEvent, data: BlobTable) => void) {
		this.#onEvent = onEvent;
	}

	/** `service set`: the instances and triggers given are all there are from now on. */
	set(name: string, args: BlobTable, keepOthers = false): void {
		const known = this.#services.get(name);
		const service: Service = known ?? {
			script: "",
			instances: new Map(),
			triggers: [],
			data: {},
			deleted: false,
		};
		this.#services.set(name, service);
		service.deleted = false;
		if (typeof args.script === "string") service.script = args.script;
		if (isTable(args.data)) service.data = args.data;
		if (!keepOthers || args.triggers !== undefined)
			service.triggers = asArray(args.triggers)
				.map(parseTrigger)
				.filter((found) => found !== null);
		this.#setInstances(name, service, isTable(args.instances) ? args.instances : {}, keepOthers);
		this.#onEvent(known ? "service.update" : "service.start", { service: name });
	}

	/** `service delete`: an instance, or the service and its triggers. False: there is none. */
	delete(name: string, instance?: string): boolean {
		const service = this.#services.get(name);
		if (!service) return false;
		if (instance === undefined) {
			service.deleted = true;
			service.triggers = [];
		}
		for (const [each, running] of service.instances)
			if (instance === undefined || each === instance) this.#end(name, service, running);
		this.#dropIfEmpty(name, service);
		return true;
	}

	/** It stays in the list until its process is gone: a `set` before that starts it again afterwards. */
	#end(name: string, service: Service, instance: Instance): void {
		instance.stop(() => {
			service.instances.delete(instance.name);
			this.#dropIfEmpty(name, service);
		});
	}

	#dropIfEmpty(name: string, service: Service): void {
		if (!service.deleted || service.instances.size > 0 || this.#services.get(name) !== service) return;
		this.#services.delete(name);
		this.#onEvent("service.stop", { service: name });
	}

	/** `service signal`; false: nothing of that name runs. */
	signal(name: string, instance: string | undefined, signal: number): boolean {
		const all = [...(this.#services.get(name)?.instances.values() ?? [])];
		const chosen = all.filter((each) => each.running && (instance === undefined || each.name === instance));
		for (const each of chosen) each.signal(signal);
		return chosen.length > 0;
	}

	/** `service event`: runs the triggers that match. */
	event(type: string, data: BlobTable): void {
		for (const { triggers } of this.#services.values())
			for (const trigger of triggers) {
				if (!matchesType(trigger.type, type)) continue;
				for (const argv of evaluate(trigger.script, type, data)) this.#queue.schedule(argv, trigger.delayMs);
			}
	}

	/** `service list`. */
	list(name: string | undefined, verbose: boolean): BlobTable {
		const table: BlobTable = {};
		for (const [each, service] of this.#services) {
			if (name !== undefined && each !== name) continue;
			const instances = [...service.instances.values()].map((one) => [one.name, one.describe()] as const);
			table[each] = {
				...(instances.length > 0 ? { instances: Object.fromEntries(instances) } : {}),
				...(Object.keys(service.data).length > 0 ? { data: service.data } : {}),
				...(verbose
					? { script: service.script, triggers: service.triggers.map((t) => [t.type, t.script, t.delayMs]) }
					: {}),
			};
		}
		return table;
	}

	/** `service state`: starts or stops what is registered. */
	setRunning(name: string, instance: string | undefined, running: boolean): boolean {
		const all = [...(this.#services.get(name)?.instances.values() ?? [])];
		const chosen = all.filter((each) => instance === undefined || each.name === instance);
		for (const each of chosen) {
			if (running) each.start();
			else each.stop();
		}
		return chosen.length > 0;
	}

	#setInstances(name: string, service: Service, instances: BlobTable, keepOthers: boolean): void {
		if (!keepOthers)
			for (const [each, instance] of service.instances) {
				if (!isTable(instances[each])) this.#end(name, service, instance);
			}
		for (const [each, table] of Object.entries(instances)) {
			if (!isTable(table)) continue;
			const config = parseInstance(table);
			const known = service.instances.get(each);
			if (known) {
				known.update(config);
				continue;
			}
			const instance = new Instance(each, config, (event) =>
				this.#onEvent(event, { service: name, instance: each }),
			);
			service.instances.set(each, instance);
			instance.start();
		}
	}
}

function asArray(value: BlobValue | undefined): BlobValue[] {
	return Array.isArray(value) ? value : [];
}
