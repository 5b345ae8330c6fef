
'require view';
'require ui';

// Mounts the panel in LuCI. LuCI evaluates views as function bodies, so this file is written by hand and not bundled.
let unmount = () => {};

function start(panel, root) {
	unmount = panel.mount(root, {
		sid: L.env.sessionid,
		ubus: L.env.ubuspath,
		readonly: !L.hasViewPermission(),
		language: document.documentElement.lang,
		changed: () => ui.changes.init()
	});
}

return view.extend({
	handleSave: null,
	handleSaveApply: null,
	handleReset: null,
	load: () => import('%APP%'),
	render: (panel) => {
		const root = E('div', { id: 'polywan' });
		start(panel, root);
		window.addEventListener('pagehide', () => unmount());
		window.addEventListener('pageshow', (event) => {
			if (event.persisted)
				start(panel, root);
		});
		return root;
	}
});
