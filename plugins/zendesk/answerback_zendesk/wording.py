"""What the administrator's pages say, in their language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Every sentence of the pages; `{…}` are filled in."""

    locale: str
    eyebrow: str
    code_title: str
    code_intro: str
    code_label: str
    code_help: str
    code_wrong: str
    go_on: str
    brands_title: str
    brands_intro: str
    brands_label: str
    brands_none: str
    brands_missing: str
    brands_refused: str
    reconnect: str
    connect: str
    done_title: str
    done_intro: str
    done_button: str
    refused_title: str
    foreign_return: str
    foreign_subdomain: str
    expired_title: str
    expired: str
    cookie_title: str
    cookie: str
    no_original_title: str
    no_original: str


_ENGLISH = Words(
    locale="en",
    eyebrow="Connect an account",
    code_title="Enter your set-up code",
    code_intro="This shows that {subdomain}.zendesk.com and this service belong to the "
    "same company. You need it once for each account you connect.",
    code_label="Set-up code",
    code_help="On the server, run {command}. It prints the code.",
    code_wrong="This code was not accepted. It may be mistyped, used already, too old, or tried "
    "too often. Check it, or make a new one.",
    go_on="Continue",
    brands_title="Choose an account",
    brands_intro="What is said to this account becomes tickets, and your agents' public "
    "answers are posted in its name.",
    brands_label="Account",
    brands_none="No account is connected to a network yet. On the server, run {command}, then "
    "open this page again with a new code.",
    brands_missing="Choose one of the accounts.",
    brands_refused="This account could not be connected. It may have been removed meanwhile; "
    "choose another, or open this page again.",
    reconnect="has to be connected to its network again",
    connect="Connect",
    done_title="{name} is connected",
    done_intro="You are being taken back to Zendesk.",
    done_button="Back to Zendesk",
    refused_title="This page cannot be used from here",
    foreign_return="It was asked to send its result to {address}, which is not {origin}. "
    "Nothing was changed. Open it from the Admin Center of your own Zendesk.",
    foreign_subdomain="It was opened for another Zendesk than {subdomain}.zendesk.com, for which "
    "it was installed. Nothing was changed. Check the setting 'subdomain' on the server.",
    expired_title="This set-up is no longer open",
    expired="It was open too long, or is finished. Close it, and open it again from Zendesk's "
    "Admin Center. Nothing was changed.",
    cookie_title="Please open this page again",
    cookie="Your browser did not prove that it began this set-up. It may block cookies inside "
    "other pages: allow third-party cookies for this page, or use another browser, then open it "
    "again from Zendesk's Admin Center. Nothing was changed.",
    no_original_title="There is no original to open",
    no_original="This comment has no public original known here. It may be a private note, or "
    "was removed.",
)

_GERMAN = Words(
    locale="de",
    eyebrow="Konto verbinden",
    code_title="Einrichtungscode eingeben",
    code_intro="So zeigt sich, dass {subdomain}.zendesk.com und dieser Dienst zum selben "
    "Unternehmen gehören. Sie brauchen ihn einmal für jedes Konto, das Sie verbinden.",
    code_label="Einrichtungscode",
    code_help="Führen Sie auf dem Server {command} aus. Der Befehl zeigt den Code an.",
    code_wrong="Dieser Code wurde nicht angenommen. Vielleicht ist er vertippt, schon benutzt, zu "
    "alt oder wurde zu oft versucht. Prüfen Sie ihn, oder lassen Sie einen neuen ausgeben.",
    go_on="Weiter",
    brands_title="Konto wählen",
    brands_intro="Was diesem Konto gesagt wird, wird zu Tickets; öffentliche Antworten Ihres "
    "Teams erscheinen in seinem Namen.",
    brands_label="Konto",
    brands_none="Noch ist kein Konto mit einem Netzwerk verbunden. Führen Sie auf dem Server "
    "{command} aus, und öffnen Sie diese Seite dann mit einem neuen Code erneut.",
    brands_missing="Wählen Sie eines der Konten.",
    brands_refused="Dieses Konto ließ sich nicht verbinden. Vielleicht wurde es inzwischen "
    "entfernt; wählen Sie ein anderes, oder öffnen Sie diese Seite erneut.",
    reconnect="muss neu mit seinem Netzwerk verbunden werden",
    connect="Verbinden",
    done_title="{name} ist verbunden",
    done_intro="Sie werden zu Zendesk zurückgebracht.",
    done_button="Zurück zu Zendesk",
    refused_title="Diese Seite lässt sich von hier aus nicht benutzen",
    foreign_return="Sie sollte ihr Ergebnis an {address} senden; das ist nicht {origin}. "
    "Nichts wurde geändert. Öffnen Sie sie im Admin Center Ihres eigenen Zendesk.",
    foreign_subdomain="Sie wurde für ein anderes Zendesk geöffnet als {subdomain}.zendesk.com, "
    "für das sie eingerichtet ist. Nichts wurde geändert. Prüfen Sie die Einstellung "
    "'subdomain' auf dem Server.",
    expired_title="Diese Einrichtung ist nicht mehr offen",
    expired="Sie war zu lange offen oder ist abgeschlossen. Schließen Sie sie, und öffnen Sie sie "
    "erneut im Admin Center von Zendesk. Nichts wurde geändert.",
    cookie_title="Bitte öffnen Sie diese Seite erneut",
    cookie="Ihr Browser hat nicht nachgewiesen, dass er diese Einrichtung begonnen hat. Vielleicht "
    "sperrt er Cookies in eingebetteten Seiten: Erlauben Sie hier Cookies von Drittanbietern, "
    "oder nehmen Sie einen anderen Browser, und öffnen Sie die Seite erneut im Admin Center von "
    "Zendesk. Nichts wurde geändert.",
    no_original_title="Es gibt kein Original zu öffnen",
    no_original="Zu diesem Kommentar ist hier kein öffentliches Original bekannt. Vielleicht ist "
    "er eine interne Notiz, oder das Original wurde entfernt.",
)

_SPANISH = Words(
    locale="es",
    eyebrow="Conectar una cuenta",
    code_title="Introduzca su código de configuración",
    code_intro="Así se demuestra que {subdomain}.zendesk.com y este servicio son de la misma "
    "empresa. Hace falta una vez por cada cuenta que conecte.",
    code_label="Código de configuración",
    code_help="En el servidor, ejecute {command}. El comando muestra el código.",
    code_wrong="El código no se ha aceptado. Puede estar mal escrito, ya usado, caducado o "
    "probado demasiadas veces. Compruébelo o genere uno nuevo.",
    go_on="Continuar",
    brands_title="Elija una cuenta",
    brands_intro="Lo que se diga a esta cuenta se convertirá en tickets, y las respuestas "
    "públicas de sus agentes se publicarán en su nombre.",
    brands_label="Cuenta",
    brands_none="Todavía no hay ninguna cuenta conectada a una red. En el servidor, ejecute "
    "{command} y vuelva a abrir esta página con un código nuevo.",
    brands_missing="Elija una de las cuentas.",
    brands_refused="Esta cuenta no se ha podido conectar. Puede que se haya eliminado; elija otra "
    "o vuelva a abrir esta página.",
    reconnect="tiene que conectarse de nuevo a su red",
    connect="Conectar",
    done_title="{name} está conectada",
    done_intro="Le llevamos de vuelta a Zendesk.",
    done_button="Volver a Zendesk",
    refused_title="Esta página no se puede usar desde aquí",
    foreign_return="Se le ha pedido enviar el resultado a {address}, que no es {origin}. No se ha "
    "cambiado nada. Ábrala desde el Centro de administración de su propio Zendesk.",
    foreign_subdomain="Se ha abierto para un Zendesk distinto de {subdomain}.zendesk.com, para el "
    "que está instalada. No se ha cambiado nada. Compruebe el ajuste 'subdomain' en el "
    "servidor.",
    expired_title="Esta configuración ya no está abierta",
    expired="Ha estado abierta demasiado tiempo o ya ha terminado. Ciérrela y vuelva a abrirla "
    "desde el Centro de administración de Zendesk. No se ha cambiado nada.",
    cookie_title="Vuelva a abrir esta página",
    cookie="Su navegador no ha demostrado que empezó esta configuración. Puede que bloquee las "
    "cookies dentro de otras páginas: permita aquí las cookies de terceros o use otro navegador, "
    "y vuelva a abrirla desde el Centro de administración de Zendesk. No se ha cambiado nada.",
    no_original_title="No hay ningún original que abrir",
    no_original="De este comentario no se conoce aquí ningún original público. Puede ser una nota "
    "interna, o el original se ha eliminado.",
)

_ALL = {words.locale: words for words in (_ENGLISH, _GERMAN, _SPANISH)}


def words_for(locale: str) -> Words:
    """The pages' words for a locale such as `de-CH`; English where there are none."""
    return _ALL.get(locale.strip()[:2].lower(), _ENGLISH)
