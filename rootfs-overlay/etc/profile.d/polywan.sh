# Completion of polywan's verbs. BusyBox ash completes names of commands and aliases alone, so there each verb is an
# alias: polywan-<Tab> lists them.
if [ -n "$BASH_VERSION" ]; then
	. /usr/share/bash-completion/completions/polywan
else
	for _polywan in status uplinks policies rules events up down auto reload check script diff watch version help; do
		alias "polywan-$_polywan=polywan $_polywan"
	done
	unset _polywan
fi
