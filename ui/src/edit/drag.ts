import { type Signal, useSignal } from "@preact/signals";

export interface Drag {
	readonly item: string;
	/** Name of the zone the pointer is over. */
	readonly zone: string;
	/** In its lower half. */
	readonly behind: boolean;
}

/**
 * Dragging by pointer, touch included: a handle inside an element with `data-drag-area`, dropped onto elements with
 * `data-zone`. The keyboard's way is the handle's own business.
 */
export function useDrag(onDrop: (drag: Drag) => void): {
	readonly dragged: Signal<Drag | null>;
	handle(item: string): {
		onPointerDown(event: PointerEvent): void;
		onPointerMove(event: PointerEvent): void;
		onPointerUp(): void;
		onPointerCancel(): void;
	};
} {
	const dragged = useSignal<Drag | null>(null);
	const handle = (item: string) => ({
		onPointerDown: (event: PointerEvent) => {
			if (event.button !== 0 || !(event.currentTarget instanceof Element)) return;
			event.currentTarget.setPointerCapture(event.pointerId);
			dragged.value = { item, zone: "", behind: false };
		},
		onPointerMove: (event: PointerEvent) => {
			if (dragged.value?.item === item) dragged.value = { item, ...zoneUnder(event) };
		},
		onPointerUp: () => {
			const drag = dragged.value;
			dragged.value = null;
			if (drag !== null && drag.zone !== "") onDrop(drag);
		},
		onPointerCancel: () => {
			dragged.value = null;
		},
	});
	return { dragged, handle };
}

function zoneUnder({ currentTarget, clientX, clientY }: PointerEvent): Omit<Drag, "item"> {
	const area = currentTarget instanceof Element ? currentTarget.closest("[data-drag-area]") : null;
	for (const zone of area?.querySelectorAll<HTMLElement>("[data-zone]") ?? []) {
		const box = zone.getBoundingClientRect();
		if (clientY < box.top || clientY > box.bottom || clientX < box.left || clientX > box.right) continue;
		return { zone: zone.dataset.zone ?? "", behind: clientY > box.top + box.height / 2 };
	}
	return { zone: "", behind: false };
}
