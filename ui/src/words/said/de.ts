import type { SaidWords } from "./en.ts";

export const saidDe: SaidWords = {
	source: "die Quelle",
	destination: "das Ziel",
	"source port": "der Quellport",
	"destination port": "der Zielport",
	"incoming device": "das Gerät, über das es kommt,",
	protocol: "das Protokoll",
	"ICMP type": "der ICMP-Typ",
	DSCP: "der DSCP",
	"sender's hardware address": "die Hardwareadresse des Absenders",
	"user (by number)": "der Benutzer (nach Nummer)",
	"group (by number)": "die Gruppe (nach Nummer)",
	user: "Benutzer",
	group: "Gruppe",
	"mark in the bits {}": "die Marke in den Bits {1}",
	"its {+} must be {+}": "{1} muss {2} sein",
	"its {+} must not be {+}": "{1} darf nicht {2} sein",
	"its {+} must be in {+}": "{1} muss in {2} liegen",
	"its {+} must not be in {+}": "{1} darf nicht in {2} liegen",
	"{+} or {+}": "{1} oder {2}",
	"{+} or one of {} more": "{1} oder einer von {2} weiteren",
	"protocol {}": "Protokoll {1}",
	"set '{}'": "der Menge „{1}“",
	"the pairs that had more than {} bytes": "den Paaren mit mehr als {1} Byte",
	"the addresses of {}": "den Adressen von {1}",
	"the addresses of {} and {} more names": "den Adressen von {1} und {2} weiteren Namen",
	"it is for the router's own programs, by {+}": "sie gilt den eigenen Programmen des Routers, nach {1}",
	"it is for a sender's hardware address, and the router's own packets have none":
		"sie gilt einer Hardwareadresse des Absenders, und eigene Pakete des Routers haben keine",
	"it depends on {}": "es hängt von {1} ab",
	"no rule matches; default_policy decides": "keine Regel passt; default_policy entscheidet",
	"no rule matches": "keine Regel passt",
	"the router itself": "der Router selbst",
	"a {} address": "eine {1}-Adresse",
	"the destination is {+}: nothing is balanced": "das Ziel ist {1}: da wird nichts verteilt",
	"it came in by uplink '{}': the answers leave by it, whatever the rules say":
		"es kam über Uplink „{1}“ herein: die Antworten gehen dort hinaus, was auch die Regeln sagen",
	"polywan is switched off (option enabled of globals)":
		"polywan ist abgeschaltet (Option enabled der Einstellungen)",
	"no uplink is meant for IPv{}: the main routing table decides":
		"kein Uplink ist für IPv{1} gedacht: die Haupttabelle entscheidet",
	"neighbour discovery (ICMPv6 types 133 to 137) is never touched":
		"die Nachbarsuche (ICMPv6-Typen 133 bis 137) wird nie angetastet",
	"by option bypass of globals": "nach Option bypass der Einstellungen",
	"as it is local": "da es lokal ist",
	"the destination is in {}, which is never balanced, {+}":
		"das Ziel liegt in {1}, das nie verteilt wird, {2}",
	"no connected network, static route or VPN leads to the destination":
		"kein angeschlossenes Netz, keine feste Route und kein VPN führt zum Ziel",
	"the main routing table": "die Haupttabelle",
	"table {}": "Tabelle {1}",
	directly: "direkt",
	"through {}": "über {1}",
	"{+} has a route of its own to the destination, on {} {+}: it is not balanced":
		"{1} hat eine eigene Route zum Ziel, auf {2} {3}: da wird nicht verteilt",
	"the source is in {}, which the provider of uplink '{}' gave: no other would carry it":
		"die Quelle liegt in {1}, das der Anbieter von Uplink „{2}“ vergab: kein anderer trüge sie",
	"the source is in {} of uplink '{}', which {+}": "die Quelle liegt in {1} von Uplink „{2}“: {3}",
	"rule '{}' does not match: {+}": "Regel „{1}“ passt nicht: {2}",
	"rule '{}' may match: {+}": "Regel „{1}“ passt vielleicht: {2}",
	"rule '{}' matches": "Regel „{1}“ passt",
	"rule '{}' is not in force now: {+}": "Regel „{1}“ ist jetzt nicht wirksam: {2}",
	"it is not its time (option schedule)": "es ist nicht ihre Zeit (option schedule)",
	"something it names is not there": "etwas, das sie nennt, ist nicht da",
	"{+}, and likewise in {} other ways": "{1}, und ebenso auf {2} andere Arten",
	"the source": "die Quelle",
	"this pair of source and destination": "dieses Paar aus Quelle und Ziel",
	"it is sticky: where {+} had a connection by it in the last {} s, that one's uplink is kept, be it {+}":
		"sie hält fest: hatte {1} in den letzten {2} s eine Verbindung durch sie, so bleibt deren Uplink, sei es {3}",
	"the source is an address of uplink '{}'": "die Quelle ist eine Adresse von Uplink „{1}“",
	"the router's own traffic without a rule goes as default_policy says":
		"eigener Verkehr des Routers ohne Regel geht, wie default_policy sagt",
	"uplink '{}' is {+}": "Uplink „{1}“ ist {2}",
	"limited to {+}: its quota is used up": "auf {1} gebremst: sein Kontingent ist verbraucht",
	"{} down and {} up": "{1} Empfang und {2} Senden",
	"it is for IPv{}": "sie gilt für IPv{1}",
	"it is for packets that come in by a device, and the router's own do not":
		"sie gilt Paketen, die über ein Gerät hereinkommen, und eigene des Routers tun das nicht",
	"it is for packets from {+}": "sie gilt Paketen von {1}",
	"its members are not used now, being out of its times or of weight 0: last_resort is {}":
		"ihre Mitglieder werden jetzt nicht benutzt, außerhalb ihrer Zeiten oder mit Gewicht 0: last_resort ist {1}",
	"{}: {} (tier {}, weight {})": "{1}: {2} (Stufe {3}, Gewicht {4})",
	"{}: not used; it {+}": "{1}: nicht benutzt; {2}",
	"{}: not used; {+}": "{1}: nicht benutzt; {2}",
	"no member is usable: last_resort is {}": "kein Mitglied ist nutzbar: last_resort ist {1}",
	"it is kept for when no uplink of a lower tier works (tier {})":
		"er wartet, bis kein Uplink einer niedrigeren Stufe funktioniert (Stufe {1})",
	"it is kept for when the tiers below are full (tier {})":
		"er wartet, bis die Stufen davor voll sind (Stufe {1})",
	"mode {} prefers others now": "die Art {1} zieht jetzt andere vor",
	"connections with the same addresses and ports always take the same one":
		"Verbindungen mit denselben Adressen und Ports nehmen immer denselben",
	"its target is {}": "ihr Ziel ist {1}",
	"its target is uplink '{}', which {+}": "ihr Ziel ist Uplink „{1}“: {2}",
	"is usable": "nutzbar",
	"is switched off": "abgeschaltet",
	"has no IPv{} link": "ohne IPv{1}-Verbindung",
	"does not take new connections now": "nimmt jetzt keine neuen Verbindungen an",
	"is kept down by hand (polywan auto gives it back)":
		"von Hand außer Betrieb (polywan auto gibt ihn zurück)",
	"is {+}: {+}": "{1}: {2}",
	"policy '{}' ({})": "Richtlinie „{1}“ ({2})",
	up: "verbunden",
	down: "ausgefallen",
	degraded: "beeinträchtigt",
	starting: "startet",
	recovering: "erholt sich",
	"nothing is in force yet": "noch ist nichts wirksam",
	"the {+} '{}' is not an address": "{1}: „{2}“ ist keine Adresse",
	"the destination '{}' is neither an address nor a name that can be resolved":
		"das Ziel „{1}“ ist weder eine Adresse noch ein Name, der sich auflösen lässt",
	"{} and {} are of different IP versions": "{1} und {2} sind von verschiedenen IP-Versionen",
	"'{}' is not a protocol": "„{1}“ ist kein Protokoll",
	"'{}' has no types as ICMP has": "„{1}“ hat keine Typen wie ICMP",
	"'{}' is not a port from 1 to 65535": "„{1}“ ist kein Port von 1 bis 65535",
	"no route leads to {}: say what it comes in by (--in)":
		"keine Route führt zu {1}: sagen Sie, worüber es hereinkommt",
	"what the router itself sends has no sender's hardware address":
		"was der Router selbst sendet, hat keine Hardwareadresse eines Absenders",
	"the {+} is known of what the router itself sends alone":
		"{1}: nur von dem bekannt, was der Router selbst sendet",
	"'{}' is no DSCP: EF, AF41, 0 to 63": "„{1}“ ist kein DSCP: EF, AF41, 0 bis 63",
	"'{}' is no hardware address": "„{1}“ ist keine Hardwareadresse",
	"'{}' is no type of ICMP: echo-request, 0 to 255": "„{1}“ ist kein ICMP-Typ: echo-request, 0 bis 255",
	"IPv{} has no '{}'": "IPv{1} hat kein „{2}“",
	"'{}' is no mark: 0x10": "„{1}“ ist keine Marke: 0x10",
	"{} has bits that are polywan's own (mark_mask {})":
		"{1} enthält Bits, die polywan gehören (mark_mask {2})",
	"there is no {+} '{}' on the router": "{1}: „{2}“ gibt es auf dem Router nicht",
	"loses {} % of the probes (limit {} %)": "verliert {1} % der Proben (Grenze {2} %)",
	"answers take {} ms (limit {} ms)": "Antworten brauchen {1} ms (Grenze {2} ms)",
	"loss and latency are within the limits again": "Verlust und Laufzeit liegen wieder in den Grenzen",
	"packets leave but nothing comes back": "Pakete gehen hinaus, doch nichts kommt zurück",
	"not probed: up as long as its link is": "nicht geprüft: verbunden, solange die Leitung es ist",
	"captive portal: {+} ({})": "Anmeldeseite: {1} ({2})",
	"captive portal: {+}": "Anmeldeseite: {1}",
	"{} answers again": "{1} antwortet wieder",
	"{} answers": "{1} antwortet",
	"no answer from {}": "keine Antwort von {1}",
	"answers reliably again": "antwortet wieder verlässlich",
	"none of {} probes answered": "keine von {1} Proben beantwortet",
	"only {} of {} targets answered that must": "nur {1} von {2} nötigen Zielen antworteten",
	"not yet seen": "noch nicht gesehen",
	"{+}; {+}": "{1}; {2}",
	"{+} ({})": "{1} ({2})",
	"the network wants a login (status 511)": "das Netz verlangt eine Anmeldung (Status 511)",
	"redirected to {}": "umgeleitet zu {1}",
	"status {} instead of {}": "Status {1} statt {2}",
	"the answer has no header {}": "der Antwort fehlt der Kopf {1}",
	"the answer does not contain {}": "die Antwort enthält {1} nicht",
	"the query was not understood (FORMERR)": "die Anfrage wurde nicht verstanden (FORMERR)",
	"the server failed (SERVFAIL)": "der Server scheiterte (SERVFAIL)",
	"there is no such name (NXDOMAIN)": "den Namen gibt es nicht (NXDOMAIN)",
	"the server does not know such queries (NOTIMP)": "der Server kennt solche Anfragen nicht (NOTIMP)",
	"the server refused (REFUSED)": "der Server lehnte ab (REFUSED)",
	"no such record": "kein solcher Eintrag",
	"the answer is {} instead of {}": "die Antwort ist {1} statt {2}",
	"no answer": "keine Antwort",
	"the answer is damaged": "die Antwort ist beschädigt",
	"closed without an answer": "ohne Antwort geschlossen",
	"the answer is not HTTP": "die Antwort ist kein HTTP",
	"the answer is not the one expected": "die Antwort ist nicht die erwartete",
	"the link has no IPv{} name server": "die Leitung hat keinen IPv{1}-Nameserver",
	"the link has no IPv{} name server to ask for {}":
		"die Leitung hat keinen IPv{1}-Nameserver, der nach {2} zu fragen wäre",
	"{} has no IPv{} address": "{1} hat keine IPv{2}-Adresse",
	"network unreachable": "Netz nicht erreichbar",
	"host unreachable": "Rechner nicht erreichbar",
	"network unknown": "Netz unbekannt",
	"host unknown": "Rechner unbekannt",
	"network prohibited": "Netz gesperrt",
	"host prohibited": "Rechner gesperrt",
	"prohibited by a filter": "von einem Filter gesperrt",
	"no route": "keine Route",
	"address unreachable": "Adresse nicht erreichbar",
	"source address refused": "Absenderadresse abgelehnt",
	"route rejected": "Route abgelehnt",
	"packets run in circles (time exceeded)": "Pakete laufen im Kreis (Zeit überschritten)",
	"unreachable (code {})": "nicht erreichbar (Code {1})",
	"refused (ICMP type {}, code {})": "abgelehnt (ICMP-Typ {1}, Code {2})",
	"the link has no gateway to resolve": "die Leitung hat kein Gateway, das zu suchen wäre",
	"the device's queue is full": "die Warteschlange des Geräts ist voll",
	"the device is gone": "das Gerät ist verschwunden",
	"the device is down": "das Gerät ist außer Betrieb",
	"no route to the host": "keine Route zum Rechner",
	"no usable source address": "keine brauchbare Absenderadresse",
	"the firewall forbids it": "die Firewall verbietet es",
	"probes cannot be sent: {+}": "Proben lassen sich nicht senden: {1}",
	"connection refused": "Verbindung abgelehnt",
	"connection reset": "Verbindung zurückgesetzt",
	"connection closed": "Verbindung geschlossen",
	"connection timed out": "Verbindung kam nicht zustande",
	"not started yet": "noch nicht gestartet",
	"it has not answered the question before": "die Frage davor ist unbeantwortet",
	"it is none for health": "es ist keines für Zustände",
	"it says no": "es sagt nein",
	"{} cannot be asked": "{1} kann nicht gefragt werden",
	"took longer than {} s": "brauchte länger als {1} s",
	"took longer than {} ms": "brauchte länger als {1} ms",
	"ended with {}": "endete mit {1}",
	"the script {+}": "das Skript {1}",
	"the gateway does not answer {+}": "das Gateway beantwortet {1} nicht",
	"neighbour discovery": "die Nachbarsuche",
	"there is no link": "es gibt keine Leitung",
	"no address or no default route": "keine Adresse oder keine Vorgaberoute",
	"no carrier on {}": "kein Signal auf {1}",
	"no address on {}": "keine Adresse auf {1}",
	"link on {}": "Leitung auf {1}",
	started: "gestartet",
	"started; the rules in force are taken over": "gestartet; die wirksamen Regeln werden übernommen",
	"stopped; the rules in force stay": "angehalten; die wirksamen Regeln bleiben",
	"left to its probes again": "wieder seinen Proben überlassen",
	"kept {+} by hand": "von Hand festgelegt: {1}",
	"policy {}: weights set by hand, {+}": "Richtlinie {1}: Gewichte von Hand, {2}",
	"those of the configuration": "wieder die der Konfiguration",
	"mark mask, tables or priorities are others now; connections that are there start anew":
		"Markenmaske, Tabellen oder Prioritäten sind jetzt andere; bestehende Verbindungen beginnen neu",
	"at rest: brought up when it is needed": "ruht: wird verbunden, wenn er gebraucht wird",
	"at rest: others work; brought up when it is needed":
		"ruht: andere funktionieren; wird verbunden, wenn er gebraucht wird",
	"brought up: {+}": "verbunden: {1}",
	"brought up anew: it does not work after {} s": "neu verbunden: er funktioniert nach {1} s nicht",
	"still down; {} runs": "noch ausgefallen; {1} läuft",
	"nothing else works": "nichts anderes funktioniert",
	"what goes before it is nearly full": "was vorgeht, ist fast voll",
	"a rule names it": "eine Regel nennt ihn",
	"configuration read": "Konfiguration gelesen",
	"configuration read; {} error in it": "Konfiguration gelesen; {1} Fehler darin",
	"configuration read; {} errors in it": "Konfiguration gelesen; {1} Fehler darin",
	"the kernel takes changes again": "der Kernel nimmt Änderungen wieder an",
	"another program changed {+} of polywan; put back {} ms after it was noticed":
		"ein anderes Programm änderte {1} von polywan; {2} ms nach dem Bemerken wiederhergestellt",
	"the packet filter rules": "die Regeln des Paketfilters",
	"ip rules or routes": "ip-Regeln oder Routen",
	"policy {} IPv{}: {+}": "Richtlinie {1} IPv{2}: {3}",
	"{}, no uplink is usable": "{1}, kein Uplink ist nutzbar",
	"target {} answers on no uplink while others do; it does not count":
		"Ziel {1} antwortet über keinen Uplink, andere schon; es zählt nicht",
	"target {} answers again": "Ziel {1} antwortet wieder",
	"answers on no uplink while others do; it does not count until it answers":
		"antwortet über keinen Uplink, andere schon; es zählt nicht, bis es antwortet",
	"{} is asked by {} ({+}) instead of {} ({+})": "{1} wird durch {2} ({3}) statt {4} ({5}) gefragt",
	"out of its schedule": "außerhalb seiner Zeiten",
	"its quota is used up": "sein Kontingent ist verbraucht",
	"{+} is out of its schedule now": "{1} ist jetzt außerhalb der Zeiten",
	"the schedule of {+} begins": "jetzt gilt die Zeit: {1}",
	"the uplink": "der Uplink",
	"uplink {}": "Uplink {1}",
	"policy {}": "Richtlinie {1}",
	"rule {}": "Regel {1}",
	"{} % of the {+}'s quota is used": "{1} % des Kontingents sind verbraucht ({2})",
	"{} % of the {+}'s quota for {+} is used": "{1} % des Kontingents sind verbraucht ({2}, {3})",
	day: "Tag",
	week: "Woche",
	month: "Monat",
	download: "Empfang",
	upload: "Senden",
	"the uplink is slowed down until the quota begins anew":
		"der Uplink ist gebremst, bis das Kontingent neu beginnt",
	"the uplink is used only where nothing else works": "der Uplink wird nur benutzt, wo nichts anderes geht",
	"the uplink is not used until the quota begins anew":
		"der Uplink wird nicht benutzt, bis das Kontingent neu beginnt",
	"a change is on trial for {} s": "eine Änderung läuft für {1} s auf Probe",
	"the change is confirmed: {+} changed": "die Änderung ist bestätigt: {1} geändert",
	nothing: "nichts",
	"{+}: nothing had changed": "{1}: nichts war geändert",
	"{+}: {} as before": "{1}: {2} wie zuvor",
	"the change was not confirmed within {} s": "die Änderung wurde nicht in {1} s bestätigt",
	"the change was taken back": "die Änderung wurde zurückgenommen",
	"the router was rebooted before the change was confirmed":
		"der Router startete neu, ehe die Änderung bestätigt war",
	"no round trip is measured yet; shared by weight": "noch keine Umlaufzeit gemessen; nach Gewicht geteilt",
	"shortest round trip: {}": "kürzeste Umlaufzeit: {1}",
	"live connections: {}": "lebende Verbindungen: {1}",
	"use of the lines: {}": "Auslastung der Leitungen: {1}",
	"{+}: not enough to change": "{1}: zu wenig für einen Wechsel",
	"tier {} is used to {}": "Stufe {1} ist zu {2} ausgelastet",
	"{+}: all are full": "{1}: alle sind voll",
	"no answer yet": "noch keine Antwort",
	"capacity unknown": "Kapazität unbekannt",
	"every uplink loses everything; shared by weight": "jeder Uplink verliert alles; nach Gewicht geteilt",
	"public address {} ({})": "öffentliche Adresse {1} ({2})",
	"connections cannot be counted": "Verbindungen lassen sich nicht zählen",
	"the state cannot be saved": "der Zustand lässt sich nicht speichern",
	"usage cannot be saved: {}": "die Nutzung lässt sich nicht speichern: {1}",
	"links cannot be watched: {}": "Leitungen lassen sich nicht beobachten: {1}",
	"must be {+}": "muss {1} sein",
	"{+} (did you mean '{}'?)": "{1} (meinten Sie „{2}“?)",
	"one of {}": "eines von {1}",
	"a whole number from {} to {}": "eine ganze Zahl von {1} bis {2}",
	"a percentage from 0 to 100": "ein Prozentsatz von 0 bis 100",
	"0 or 1": "0 oder 1",
	"a duration from {} to {}, such as 500ms, 3s, 2m or 6h (a plain number is seconds)":
		"eine Dauer von {1} bis {2}, etwa 500ms, 3s, 2m oder 6h (eine bloße Zahl meint Sekunden)",
	"a rate in bit/s of at least 8k, such as 500k, 20M or 1.5G, or 0 for unknown":
		"eine Rate in bit/s ab 8k, etwa 500k, 20M oder 1.5G, oder 0 für unbekannt",
	"4 to 16 adjacent bits of a 32-bit mark, such as 0xff000000":
		"4 bis 16 benachbarte Bits einer 32-Bit-Marke, etwa 0xff000000",
	"an IPv4 or IPv6 address": "eine IPv4- oder IPv6-Adresse",
	"days, times or both, such as mon-fri@08:00-18:00, sat,sun or 22:00-06:00":
		"Tage, Zeiten oder beides, etwa mon-fri@08:00-18:00, sat,sun oder 22:00-06:00",
	"a POSIX time zone such as CET-1CEST,M3.5.0,M10.5.0/3, as option timezone in /etc/config/system":
		"eine POSIX-Zeitzone wie CET-1CEST,M3.5.0,M10.5.0/3, wie Option timezone in /etc/config/system",
	"a number of bytes such as 500M, 100G or 1.5T": "eine Zahl von Byte wie 500M, 100G oder 1.5T",
	"an address, gateway, or a URI such as tcp://192.0.2.1:80, dns://192.0.2.1/example.com, http://192.0.2.1/, script:/path or plugin:name":
		"eine Adresse, gateway oder eine URI wie tcp://192.0.2.1:80, dns://192.0.2.1/example.com, http://192.0.2.1/, script:/pfad oder plugin:name",
	"an IPv4 or IPv6 address or network, such as 192.0.2.0/24":
		"eine IPv4- oder IPv6-Adresse oder ein Netz, etwa 192.0.2.0/24",
	"an IPv4 or IPv6 address, network or range, such as 192.0.2.0/24 or 192.0.2.10-192.0.2.20":
		"eine IPv4- oder IPv6-Adresse, ein Netz oder ein Bereich, etwa 192.0.2.0/24 oder 192.0.2.10-192.0.2.20",
	"a domain name, such as example.com": "ein Domainname, etwa example.com",
	"a hardware address, such as 00:11:22:33:44:55": "eine Hardwareadresse, etwa 00:11:22:33:44:55",
	"a number from 0 to 63, or one of {}": "eine Zahl von 0 bis 63 oder eines von {1}",
	"a mark with or without a mask, such as 0x10/0xff": "eine Marke mit oder ohne Maske, etwa 0x10/0xff",
	"a number from 0 to 255, or one of {}": "eine Zahl von 0 bis 255 oder eines von {1}",
	"ports from 1 to 65535, such as 443 or 1024-2048 or 80,443":
		"Ports von 1 bis 65535, etwa 443 oder 1024-2048 oder 80,443",
	"all, a protocol number from 1 to 255, or one of {}":
		"all, eine Protokollnummer von 1 bis 255 oder eines von {1}",
	"the name of {+}": "der Name für: {1}",
	"{+}, without control characters": "{1}, ohne Steuerzeichen",
	"a room and its level, such as shares=warning": "ein Raum und seine Stufe, etwa shares=warning",
	"address or name of a STUN server, and :port if it is not 3478":
		"Adresse oder Name eines STUN-Servers, und :Port, wenn er nicht 3478 ist",
	"an http:// or https:// address": "eine http://- oder https://-Adresse",
	"the path of a program": "der Pfad eines Programms",
	"an address": "eine Adresse",
	"a chat id": "eine Chat-Nummer",
	"a file or a folder": "eine Datei oder ein Ordner",
	"a folder": "ein Ordner",
	"a topic": "ein Topic",
	"a host name or address": "ein Rechnername oder eine Adresse",
	"a user name": "ein Benutzername",
	"a JSON text with {}": "ein JSON-Text mit {1}",
	"the policy shares by weight (mode weighted) until then":
		"bis dahin teilt die Richtlinie nach Gewicht (Art weighted)",
	"the policy is one of mode failover until then": "bis dahin gilt die Art failover",
	"its use is left out of its quality until then": "bis dahin zählt die Auslastung nicht zur Güte",
	"it counts as unused until then": "bis dahin gilt er als unbenutzt",
	"needs to know capacities, and uplink {} has neither option download nor option upload":
		"braucht Kapazitäten, und Uplink {1} hat weder Option download noch Option upload",
	"needs to know capacities, and uplinks {} have neither option download nor option upload":
		"braucht Kapazitäten, und die Uplinks {1} haben weder Option download noch Option upload",
	"is not an interface in /etc/config/network": "ist keine Schnittstelle in /etc/config/network",
	"can match nothing: its conditions and option family are of different IP versions":
		"kann auf nichts passen: ihre Bedingungen und Option family meinen verschiedene IP-Versionen",
	"the rule is left out": "die Regel wird ausgelassen",
	"need one mask for all values": "brauchen eine Maske für alle Werte",
	"must not lie in the bits that are polywan's own (mark_mask {})":
		"darf nicht in den Bits liegen, die polywan gehören (mark_mask {1})",
	"goes with proto icmp alone, and without ports": "geht nur mit proto icmp und ohne Ports",
	"has no ports, so this protocol is left out of a rule with ports":
		"hat keine Ports, also wird dieses Protokoll in einer Regel mit Ports ausgelassen",
	"has no ports": "hat keine Ports",
	"a rule with ports needs tcp, udp, udplite, sctp or dccp":
		"eine Regel mit Ports braucht tcp, udp, udplite, sctp oder dccp",
	"needs a name: config {} 'name'": "braucht einen Namen: config {1} 'name'",
	"it is left out": "es wird ausgelassen",
	"cannot be called '{}', which is a target of its own": "kann nicht „{1}“ heißen, das ist selbst ein Ziel",
	"has the name of uplink '{}': targets could not tell them apart":
		"heißt wie Uplink „{1}“: Ziele könnten sie nicht unterscheiden",
	"the policy is left out": "die Richtlinie wird ausgelassen",
	"is a member of policy '{}' already": "ist schon Mitglied der Richtlinie „{1}“",
	"this member is left out": "dieses Mitglied wird ausgelassen",
	"the member is left out": "das Mitglied wird ausgelassen",
	"is missing": "fehlt",
	"a policy": "eine Richtlinie",
	"an uplink": "ein Uplink",
	"there is none": "es gibt keinen",
	"there are {+}": "es gibt {1}",
	"no policies and no uplinks": "keine Richtlinien und keine Uplinks",
	"must be from 1 to 7 in a week": "muss in einer Woche von 1 bis 7 sein",
	"Monday (1) is used instead": "stattdessen gilt Montag (1)",
	"must be at least 16k, which is used instead": "muss mindestens 16k sein, was stattdessen gilt",
	"must be a policy, an uplink, default, unreachable or blackhole":
		"muss eine Richtlinie, ein Uplink, default, unreachable oder blackhole sein",
	"has no effect: the target is no policy of mode adaptive":
		"wirkt nicht: das Ziel ist keine Richtlinie der Art adaptive",
	"must be the whole path of a program": "muss der ganze Pfad eines Programms sein",
	"it is not run": "es wird nicht ausgeführt",
	"no netifd interface is called {+}": "keine Schnittstelle von netifd heißt {1}",
	"name them with list interface": "nennen Sie sie mit list interface",
	"must be at least timeout_floor ({}), which is used instead":
		"muss mindestens timeout_floor sein ({1}), was stattdessen gilt",
	"must be at most {} ({}), which is used instead": "darf höchstens {1} sein ({2}), was stattdessen gilt",
	"must be an {} address, as option family limits the uplink to {}":
		"muss eine {1}-Adresse sein, da Option family den Uplink auf {2} beschränkt",
	"the file does not exist": "die Datei gibt es nicht",
	"defaults are used and no uplink is watched": "es gelten Vorgaben, und kein Uplink wird beobachtet",
	"section type '{}' is not known": "die Art von Abschnitt „{1}“ ist unbekannt",
	"section type '{}' is not known (did you mean '{}'?)":
		"die Art von Abschnitt „{1}“ ist unbekannt (meinten Sie „{2}“?)",
	"only the first globals section is used, and that is '{}'":
		"nur der erste Abschnitt globals wird benutzt, und das ist „{1}“",
	"must be a room ({}), '=' and a level": "muss ein Raum ({1}), „=“ und eine Stufe sein",
	"must be an address or a name, and :port if it is not 3478":
		"muss eine Adresse oder ein Name sein, und :Port, wenn er nicht 3478 ist",
	"is one too many: there is room for {}": "ist einer zu viel: es ist Platz für {1}",
	"is an interface of uplink '{}' already, which has it for itself":
		"ist schon eine Schnittstelle von Uplink „{1}“, der sie für sich hat",
	"is not an option of {}": "ist keine Option von {1}",
	"must be a single value": "muss ein einzelner Wert sein",
	"cannot be read: {+}": "lässt sich nicht lesen: {1}",
	"option/list command found before the first section": "option oder list vor dem ersten Abschnitt",
	"one is only warned when the quota is used up": "es wird nur gewarnt, wenn das Kontingent verbraucht ist",
	"the rule works without it": "die Regel wirkt ohne es",
	"needs option accounting of globals, which is off: nothing is counted":
		"braucht Option accounting der Einstellungen, die aus ist: nichts wird gezählt",
	"with iptables the port of the destination counts, too: connections to another one may go by another uplink":
		"mit iptables zählt auch der Port des Ziels: Verbindungen zu einem anderen können über einen anderen Uplink gehen",
	"with iptables the port of the destination counts, too: connections to another one do not match":
		"mit iptables zählt auch der Port des Ziels: Verbindungen zu einem anderen passen nicht",
	"there is room for {} only (option mark_mask of globals sets it for uplinks)":
		"es ist nur Platz für {1} (für Uplinks bestimmt das Option mark_mask der Einstellungen)",
	"is known by its ports, too, and so cannot be excluded":
		"ist auch an seinen Ports zu erkennen und lässt sich daher nicht ausnehmen",
	"is neither an application nor a category of the catalogue":
		"ist weder eine Anwendung noch eine Gruppe des Katalogs",
	"there is no set of addresses of this name": "es gibt keine Menge von Adressen dieses Namens",
	"there is no {} of this name on the router": "auf dem Router gibt es kein {1} dieses Namens",
	"is not a zone in /etc/config/firewall": "ist keine Zone in /etc/config/firewall",
	"the rule waits for it": "die Regel wartet darauf",
	"IPv6 of two uplinks on one device cannot be told apart":
		"IPv6 zweier Uplinks auf einem Gerät lässt sich nicht unterscheiden",
	"without an address what comes in cannot be told apart":
		"ohne Adresse lässt sich nicht unterscheiden, was hereinkommt",
	"with the same address what comes in cannot be told apart":
		"mit derselben Adresse lässt sich nicht unterscheiden, was hereinkommt",
	"{} carries uplink '{}' already, and {+}; give this one a device of its own, such as a macvlan on {}, or option family 'ipv4'":
		"{1} trägt schon Uplink „{2}“, und {3}; geben Sie diesem ein eigenes Gerät, etwa ein macvlan auf {4}, oder option family 'ipv4'",
	"{} carries uplink '{}' already, and {+}; give this one a device of its own, such as a macvlan on {}":
		"{1} trägt schon Uplink „{2}“, und {3}; geben Sie diesem ein eigenes Gerät, etwa ein macvlan auf {4}",
	"{} carries uplink '{}', too: bytes are counted for both together, as quotas and measured loads have them, and neither can be slowed down; a macvlan on {} keeps them apart":
		"{1} trägt auch Uplink „{2}“: Byte werden für beide zusammen gezählt, auch für Kontingente und gemessene Lasten, und keiner lässt sich bremsen; ein macvlan auf {3} trennt sie",
	"commands of polywan use do not keep their uplink: {}":
		"Befehle von polywan use behalten ihren Uplink nicht: {1}",
	"connections over {} were not ended: {}": "Verbindungen über {1} wurden nicht beendet: {2}",
	"ip rules or routes do not stay as they were set; something else changes them":
		"ip-Regeln oder Routen bleiben nicht wie gesetzt; etwas anderes ändert sie",
	"neither nft nor iptables-restore is there: install {}":
		"weder nft noch iptables-restore ist da: installieren Sie {1}",
	"{} is missing (install {})": "{1} fehlt (installieren Sie {2})",
	"{} is used instead": "stattdessen wird {1} benutzt",
	"{} is missing: install {}": "{1} fehlt: installieren Sie {2}",
	"{} did not end within {} s": "{1} endete nicht in {2} s",
	"connections cannot be counted: {}": "Verbindungen lassen sich nicht zählen: {1}",
	"the policy shares by weight (mode weighted) meanwhile":
		"solange teilt die Richtlinie nach Gewicht (Art weighted)",
	"needs nftables: the hash of iptables (HMARK) would overwrite marks of others":
		"braucht nftables: der Hash von iptables (HMARK) überschriebe Marken anderer",
	"needs a kernel with nft_hash (package kmod-nft-core)":
		"braucht einen Kernel mit nft_hash (Paket kmod-nft-core)",
	"hosts cannot be counted here: {}": "Geräte lassen sich hier nicht zählen: {1}",
	"nft is missing: install {}": "nft fehlt: installieren Sie {1}",
	"{+}: the names themselves are recognised, what is below them is not":
		"{1}: die Namen selbst werden erkannt, was unter ihnen liegt, nicht",
	"an application or category of the catalogue": "eine Anwendung oder Gruppe des Katalogs",
	"a set of nftables or ipset": "eine Menge von nftables oder ipset",
	"a netifd interface": "eine Schnittstelle von netifd",
	"a zone of /etc/config/firewall": "eine Zone in /etc/config/firewall",
	"a client id": "eine Client-Kennung",
	"{} % answered in {} ms": "{1} % Antworten in {2} ms",
	"netifd does not bring it {}: none of its interfaces is there":
		"netifd schaltet ihn nicht ({1}): keine seiner Schnittstellen ist da",
	"is not there": "ist nicht da",
	"cannot be run: {}": "lässt sich nicht ausführen: {1}",
	"no change is on trial": "keine Änderung läuft auf Probe",
	"the files from before are coming back already": "die Dateien von zuvor kommen schon zurück",
	"a change is on trial already, for another {} s: confirm or cancel it first":
		"schon läuft eine Änderung auf Probe, noch {1} s: bestätigen oder verwerfen Sie sie zuerst",
	"the time to confirm must be {} to {} whole seconds":
		"die Zeit zum Bestätigen muss {1} bis {2} ganze Sekunden sein",
	"the files cannot be saved, so nothing was begun: {}":
		"die Dateien lassen sich nicht sichern, also wurde nichts begonnen: {1}",
	"the files from before the change cannot be put back yet: {}":
		"die Dateien von vor der Änderung lassen sich noch nicht zurückbringen: {1}",
	"the {+} is left out": "ausgelassen wird: {1}",
	"{+} (what mwan3 calls so is '{}' here)": "{1} (was bei mwan3 so heißt, ist hier „{2}“)",
	"there is no uplink and no device '{}' (such as br-lan) that it could come in by":
		"es gibt keinen Uplink und kein Gerät „{1}“ (wie br-lan), über das es hereinkäme",
	rule: "Regel",
	policy: "Richtlinie",
	member: "Mitglied",
	"{}: {+}": "{1}: {2}",
	"option default_policy '{}' of globals": "Option default_policy '{1}' der Einstellungen",
	"lines cannot be read, and mwan3 cannot read this file at all: {}":
		"Zeilen lassen sich nicht lesen, und mwan3 kann diese Datei gar nicht lesen: {1}",
	"tables are given by number": "Tabellen werden mit ihrer Nummer angegeben",
	"it is not a network": "es ist kein Netz",
	"the condition for option logging of rules": "die Bedingung für Option logging der Regeln",
	"the default": "die Vorgabe",
	"it is no level of the system log": "es ist keine Stufe des Systemprotokolls",
	"what is always done: an address leaves by its own uplink":
		"was immer geschieht: eine Adresse geht über ihren eigenen Uplink",
	"it was: mwan3 ignores it, too": "das war es: auch mwan3 beachtet es nicht",
	"marks have the mask 0xff000000, which leaves mwan3's bits to others":
		"Marken haben die Maske 0xff000000, was mwan3s Bits anderen lässt",
	"the mask must be adjacent bits with room for every uplink; 0xff000000 is used":
		"die Maske muss aus benachbarten Bits mit Platz für jeden Uplink bestehen; es gilt 0xff000000",
	"it names no interface": "es nennt keine Schnittstelle",
	"there is no interface '{}'": "es gibt keine Schnittstelle „{1}“",
	"option uplink of a member": "Option uplink eines Mitglieds",
	"option {} of a member": "Option {1} eines Mitglieds",
	"option {} is at least 1 and at most {}": "Option {1} liegt zwischen 1 und {2}",
	"there is no usable member of that name": "es gibt kein brauchbares Mitglied dieses Namens",
	"a member section of policy '{}'": "ein Abschnitt member der Richtlinie „{1}“",
	"it takes effect: mwan3 ignores policies with names longer than {} characters":
		"sie wirkt: mwan3 beachtet Richtlinien mit Namen über {1} Zeichen nicht",
	"interface '{}' is in it twice; it is one member":
		"Schnittstelle „{1}“ steht zweimal darin; sie ist ein Mitglied",
	"{} with both weights": "{1} mit beiden Gewichten",
	"{} with the lower metric": "{1} mit der niedrigeren Metrik",
	"it must be unreachable, blackhole or default; unreachable is used, as in mwan3":
		"es muss unreachable, blackhole oder default sein; es gilt unreachable, wie in mwan3",
	"it has no use_policy, and mwan3 skips it, too": "sie hat kein use_policy, und auch mwan3 übergeht sie",
	"it takes effect: mwan3 ignores rules with names longer than {} characters":
		"sie wirkt: mwan3 beachtet Regeln mit Namen über {1} Zeichen nicht",
	"the rule is written switched off, as without its {} it would match too much":
		"die Regel wird abgeschaltet geschrieben, da sie ohne {1} auf zu viel passte",
	"it must be any, ipv4 or ipv6": "es muss any, ipv4 oder ipv6 sein",
	"polywan knows no protocol of that name; write its number":
		"polywan kennt kein Protokoll dieses Namens; schreiben Sie seine Nummer",
	"no condition: it names every address": "keine Bedingung: es nennt jede Adresse",
	"it is not an address or network": "es ist keine Adresse und kein Netz",
	"it is not a port, a range or a list of them": "es ist kein Port, kein Bereich und keine Liste davon",
	"list {}, for tcp and udp: other protocols have no ports":
		"list {1}, für tcp und udp: andere Protokolle haben keine Ports",
	"polywan does not take it": "polywan nimmt es nicht",
	"it was: the rule is not sticky": "das war es: die Regel hält nicht fest",
	"connections of one source cannot be held on one uplink":
		"Verbindungen einer Quelle lassen sich nicht auf einem Uplink halten",
	"it belongs to sticky": "es gehört zu sticky",
	"the time a source is held cannot be set":
		"wie lange eine Quelle gehalten wird, lässt sich nicht einstellen",
	"the default: logging is off in mwan3's globals": "die Vorgabe: logging ist in mwan3s globals aus",
	"rules cannot log": "Regeln können nicht protokollieren",
	"there is no such policy; mwan3 cannot load its rules with it":
		"diese Richtlinie gibt es nicht; mwan3 kann seine Regeln damit nicht laden",
	"no rule uses it": "keine Regel benutzt es",
	"polywan fills no sets: dnsmasq or the firewall can (config ipset in their files)":
		"polywan füllt keine Mengen: dnsmasq oder die Firewall können das (config ipset in ihren Dateien)",
	"option {}; the set must be filled elsewhere, such as by dnsmasq or the firewall":
		"Option {1}; die Menge muss anderswo gefüllt werden, etwa von dnsmasq oder der Firewall",
	"rules cannot match a named set": "Regeln können auf keine benannte Menge passen",
	"list {} of rule '{}'": "list {1} der Regel „{2}“",
	"list {} with the set's entries": "list {1} mit den Einträgen der Menge",
	"list domain of rule '{}'": "list domain der Regel „{1}“",
	"list domain with the set's domains": "list domain mit den Domains der Menge",
	"part of the rule, which holds what the set held":
		"Teil der Regel, die nun enthält, was die Menge enthielt",
	"connections go to port 53, which public resolvers have open":
		"Verbindungen gehen zu Port 53, den öffentliche Nameserver offen haben",
	"none of its addresses can be probed; public resolvers are":
		"keine seiner Adressen lässt sich prüfen; es werden öffentliche Nameserver geprüft",
	"option probing 'off': it had no addresses to test":
		"option probing 'off': es hatte keine Adressen zu prüfen",
	"list target with https://, any certificate will do": "list target mit https://, jedes Zertifikat genügt",
	"polywan cannot probe this way; pings are sent": "so kann polywan nicht prüfen; es werden Pings gesendet",
	"list target with {}://": "list target mit {1}://",
	"its IP version is not the one of the interface": "seine IP-Version ist nicht die der Schnittstelle",
	"{} probes go to addresses, and this is none": "{1}-Proben gehen an Adressen, und das ist keine",
	"the gateway cannot be a target; its neighbour entry is watched all the same":
		"das Gateway kann kein Ziel sein; sein Nachbareintrag wird trotzdem beobachtet",
	"one missed ping starts a burst of as many as the line's usual loss asks for":
		"ein verlorener Ping löst so viele weitere aus, wie der übliche Verlust der Leitung verlangt",
	"a burst within milliseconds decides instead of a number of tests":
		"eine Folge innerhalb von Millisekunden entscheidet statt einer Zahl von Prüfungen",
	"it must be ipv4 or ipv6; ipv4 is used, as in mwan3":
		"es muss ipv4 oder ipv6 sein; es gilt ipv4, wie in mwan3",
	"probing is frugal with this interval; a miss is followed up within milliseconds":
		"mit diesem Abstand wird sparsam geprüft; einem Verlust wird in Millisekunden nachgegangen",
	"probing is frugal: every 7 s, and a miss is followed up within milliseconds":
		"geprüft wird sparsam: alle 7 s, und einem Verlust wird in Millisekunden nachgegangen",
	"probing is normal: every 0.7 s with small pings, below 52 byte/s":
		"geprüft wird normal: alle 0,7 s mit kleinen Pings, unter 52 Byte/s",
	"the pace of probing decides how often a line that is down is tested":
		"der Takt der Proben bestimmt, wie oft eine ausgefallene Leitung geprüft wird",
	"the wait for an answer follows the round-trip times measured, up to timeout_cap (1 s)":
		"die Wartezeit folgt den gemessenen Umlaufzeiten, bis timeout_cap (1 s)",
	"a line is used again after it answered for recovery_time (3 s, longer when it fails often)":
		"eine Leitung wird wieder benutzt, wenn sie recovery_time lang antwortete (3 s, länger, wenn sie oft ausfällt)",
	"option use_degraded '0' and its thresholds": "option use_degraded '0' und ihre Schwellen",
	"it was: without check_quality mwan3 does not look at it":
		"das war es: ohne check_quality beachtet mwan3 es nicht",
	"option {} does not take it": "Option {1} nimmt es nicht",
	"a line is used at once and tested within its first second":
		"eine Leitung wird sofort benutzt und in ihrer ersten Sekunde geprüft",
	"pings carry 8 bytes, to spare the line": "Pings tragen 8 Byte, um die Leitung zu schonen",
	"option payload takes 8 to 1400 bytes": "Option payload nimmt 8 bis 1400 Byte",
	"option ipv6_nat does not take it": "Option ipv6_nat nimmt es nicht",
	"one answering target proves that a line works; targets that fail alone are noticed and no longer trusted":
		"ein antwortendes Ziel beweist, dass eine Leitung funktioniert; Ziele, die allein ausfallen, werden bemerkt und zählen nicht mehr",
	"probes have the system's usual time to live": "Proben haben die übliche Lebensdauer (TTL) des Systems",
	"what always happens: a dead uplink's own connections go at once":
		"was immer geschieht: die Verbindungen eines toten Uplinks gehen sofort",
	"connections stay where they are when a line returns; none is cut":
		"Verbindungen bleiben, wo sie sind, wenn eine Leitung zurückkehrt; keine wird getrennt",
	"mwan3 knows no such event": "mwan3 kennt kein solches Ereignis",
	"only the first globals section counts, and that is '{}'":
		"nur der erste Abschnitt globals zählt, und das ist „{1}“",
	"mwan3 has no sections of type {}": "mwan3 hat keine Abschnitte der Art {1}",
	"without an IPv6 interface polywan leaves IPv6 to the main routing table; mwan3 made it unreachable where a rule's policy had no IPv6 member":
		"ohne IPv6-Schnittstelle überlässt polywan IPv6 der Haupttabelle; mwan3 machte es unerreichbar, wo die Richtlinie einer Regel kein IPv6-Mitglied hatte",
	"no policy uses the member": "keine Richtlinie benutzt das Mitglied",
	"the IPv6 side of uplink '{}'": "die IPv6-Seite von Uplink „{1}“",
	"it has no members: rules that use it go to {}, as in mwan3":
		"sie hat keine Mitglieder: Regeln, die sie benutzen, gehen zu {1}, wie in mwan3",
	"it is called '{}', as '{}' means something else to polywan":
		"es heißt „{1}“, da „{2}“ für polywan etwas anderes bedeutet",
	"polywan's option {} is left out: it {+}": "polywans Option {1} wird ausgelassen: sie {2}",
	"as polywan's {} it {+}": "als {1} von polywan: {2}",
	"it is not a whole number": "es ist keine ganze Zahl",
	"mwan3 has no such option in a section of type {}":
		"mwan3 hat keine solche Option in Abschnitten der Art {1}",
	"the kernel does not forward IPv{}: nothing from the LAN reaches any uplink":
		"der Kernel leitet IPv{1} nicht weiter: nichts aus dem LAN erreicht einen Uplink",
	"sysctl -w {}=1, and the same in /etc/sysctl.d/ to keep it":
		"sysctl -w {1}=1, und dasselbe in /etc/sysctl.d/, damit es bleibt",
	"rp_filter is strict on {}: answers that come in there are dropped unless main's best route leads back by it":
		"rp_filter ist streng auf {1}: Antworten, die dort hereinkommen, werden verworfen, wenn die beste Route der Haupttabelle nicht dort zurückführt",
	"sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.{}.rp_filter=0 (2, loose, will do as well)":
		"sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.{1}.rp_filter=0 (2, locker, genügt auch)",
	"{} of {} places for connections are taken: when none is left, new ones fail":
		"{1} von {2} Plätzen für Verbindungen sind belegt: ist keiner mehr frei, scheitern neue",
	"sysctl -w net.netfilter.nf_conntrack_max={}; `polywan connections --sort age` shows who has them":
		"sysctl -w net.netfilter.nf_conntrack_max={1}; `polywan connections --sort age` zeigt, wer sie hat",
	"an ip rule of another program looks at the mark {}/{}, which overlaps polywan's {}":
		"eine ip-Regel eines anderen Programms betrachtet die Marke {1}/{2}, die sich mit {3} von polywan überschneidet",
	"give the other program a mask without those bits, or set option mark_mask of globals to bits it leaves free":
		"geben Sie dem anderen Programm eine Maske ohne diese Bits, oder setzen Sie Option mark_mask der Einstellungen auf Bits, die es frei lässt",
	"the kernel is not as it should be: {}": "der Kernel ist nicht, wie er sein soll: {1}",
	"polywan diff shows everything; polywan events says what could not be put back":
		"polywan diff zeigt alles; polywan events sagt, was sich nicht wiederherstellen ließ",
	"/etc/config/network has no interface {}: the uplink is never up":
		"/etc/config/network hat keine Schnittstelle {1}: der Uplink ist nie verbunden",
	"make the interface, or name the right one: uci add_list polywan.{}.interface=…":
		"legen Sie die Schnittstelle an, oder nennen Sie die richtige: uci add_list polywan.{1}.interface=…",
	"no metric": "keine Metrik",
	"the same metric {}": "dieselbe Metrik {1}",
	"{} have {+}: the main table keeps one of their default routes, and whatever does not go by polywan depends on which":
		"{1} haben {2}: die Haupttabelle behält eine ihrer Vorgaberouten, und was nicht über polywan geht, hängt davon ab, welche",
	"the firewall's own rules (table inet fw4) are gone: private addresses are not masqueraded, and nothing keeps the Internet out":
		"die eigenen Regeln der Firewall (Tabelle inet fw4) sind fort: private Adressen werden nicht maskiert, und nichts hält das Internet draußen",
	"{} is in no firewall zone: the firewall forwards nothing to it":
		"{1} ist in keiner Firewall-Zone: die Firewall leitet nichts dorthin weiter",
	"add it to the zone wan: uci add_list firewall.@zone[1].network=… ; uci commit firewall; reload_config":
		"nehmen Sie sie in die Zone wan auf: uci add_list firewall.@zone[1].network=… ; uci commit firewall; reload_config",
	"zone {} of {} does not masquerade: private addresses leave as they are and get no answer":
		"Zone {1} von {2} maskiert nicht: private Adressen gehen unverändert hinaus und bekommen keine Antwort",
	"option masq '1' in zone {} of /etc/config/firewall, unless the provider routes your addresses":
		"option masq '1' in Zone {1} von /etc/config/firewall, wenn nicht der Anbieter Ihre Adressen routet",
	"hardware flow offloading is on: connections of an uplink that dies are taken back up to two seconds later than others, and what passes in hardware is missing in what is counted: heavy rules, usage of hosts, limits of quotas, least_used and overflow":
		"Hardware-Offloading ist an: Verbindungen eines toten Uplinks werden bis zu zwei Sekunden später zurückgeholt, und was durch die Hardware geht, fehlt beim Zählen: heavy-Regeln, Verbrauch der Geräte, Grenzen von Kontingenten, least_used und overflow",
	"flow offloading is on: connections of an uplink that dies move as others do, but offloaded packets meet no rules: limits of quotas and usage of hosts miss them":
		"Offloading ist an: Verbindungen eines toten Uplinks ziehen um wie andere, doch ausgelagerte Pakete treffen auf keine Regeln: Grenzen von Kontingenten und Verbrauch der Geräte sehen sie nicht",
	"the uplink is a tunnel whose far end is not known: its own packets may be sent into itself, and stay with a dead uplink below it":
		"der Uplink ist ein Tunnel, dessen fernes Ende unbekannt ist: seine eigenen Pakete können in ihn selbst gehen und bei einem toten Uplink darunter bleiben",
	"give its address: uci add_list polywan.{}.endpoint=…; uci commit polywan; reload_config":
		"geben Sie seine Adresse an: uci add_list polywan.{1}.endpoint=…; uci commit polywan; reload_config",
	"the name server {} of {} is asked over {}: it may refuse, and another provider sees what is asked":
		"der Nameserver {1} von {2} wird über {3} gefragt: er kann ablehnen, und ein anderer Anbieter sieht, was gefragt wird",
	"a rule for it: uci set polywan.dns_{}=rule; option dest_ip '{}', option dest_port '53', option target '{}'":
		"eine Regel dafür: uci set polywan.dns_{1}=rule; option dest_ip '{2}', option dest_port '53', option target '{3}'",
	"the daemon does not answer": "der Dienst antwortet nicht",
	"/etc/init.d/polywan enable; /etc/init.d/polywan start; logread -e polywan says why it ended":
		"/etc/init.d/polywan enable; /etc/init.d/polywan start; logread -e polywan sagt, warum er endete",
	"polywan is switched off: nothing is balanced": "polywan ist abgeschaltet: nichts wird verteilt",
	"the last change of the kernel failed: {+}": "die letzte Änderung am Kernel misslang: {1}",
	"polywan script prints what is applied; the daemon goes on trying":
		"polywan script druckt, was angewandt wird; der Dienst versucht es weiter",
	"polywan help options explains every option; polywan check tests the file":
		"polywan help options erklärt jede Option; polywan check prüft die Datei",
	"{} is active: it routes the same connections by rules of its own":
		"{1} ist aktiv: es lenkt dieselben Verbindungen nach eigenen Regeln",
	"{} starts at boot: it routes the same connections by rules of its own":
		"{1} startet mit dem Router: es lenkt dieselben Verbindungen nach eigenen Regeln",
	"/etc/init.d/{} stop; /etc/init.d/{} disable; polywan import mwan3 takes its configuration over":
		"/etc/init.d/{1} stop; /etc/init.d/{2} disable; polywan import mwan3 übernimmt seine Konfiguration",
	"{} is missing: no certificate can be checked by it, and https targets count as dead":
		"{1} fehlt: kein Zertifikat lässt sich damit prüfen, und https-Ziele gelten als tot",
	"opkg install ca-bundle (apk add ca-bundle), or name another file in the target: https://…#ca=/path":
		"opkg install ca-bundle (apk add ca-bundle), oder nennen Sie im Ziel eine andere Datei: https://…#ca=/pfad",
	"none of its targets answers ({}): {+}": "keines seiner Ziele antwortet ({1}): {2}",
	"polywan ping {} {} tells whether the line or the choice of targets is to blame":
		"polywan ping {1} {2} sagt, ob es an der Leitung oder an der Wahl der Ziele liegt",
	"no answer from {}; the other targets answer": "keine Antwort von {1}; die anderen Ziele antworten",
	"list target of the uplink: name what answers over this line, by this method":
		"list target des Uplinks: nennen Sie, was über diese Leitung auf diese Weise antwortet",
	"its quota is used up and it is slowed down, except for connections that flow offloading took":
		"sein Kontingent ist verbraucht und er ist gebremst, außer Verbindungen im Offloading",
	"its quota is used up and it is slowed down": "sein Kontingent ist verbraucht und er ist gebremst",
	"polywan usage {} tells when the quota begins anew; polywan usage set {} <received> <sent> puts right what was counted":
		"polywan usage {1} sagt, wann das Kontingent neu beginnt; polywan usage set {2} <empfangen> <gesendet> berichtigt das Gezählte",
};
