"""What invented mail says, in eight languages: words for sentences, and subjects that say much or little."""

# Subjects by what a sender does. {n}: a number; {id}: a number of a deal; {noun}, {name}: a word. "quiet" ones are what
# shops and publishers write when they say nothing: only the text shows what the mail is.
LANGUAGES = {
    "en": {
        "offers": ["{n}% off everything until Sunday", "Last chance: save {n}% on {noun}", "Sale: {noun} from {n} EUR", "Free shipping on {noun} this weekend"],
        "quiet": ["We picked {n} things for you", "You'll want to see this", "It's finally here", "{noun}, {noun} and a walk in the rain", "A little something", "The weekly letter no. {n}"],
        "deals": ["Your order {id} has shipped", "Invoice {id}", "Your receipt for {noun} ({id})", "Your booking {id} is confirmed"],
        "notes": ["{name} commented on your photo", "New sign-in from {noun}", "Your storage is {n}% full", "Reminder: {noun} at {n}:00", "[{noun}] Build {n} failed"],
        "talk": ["{noun} on Saturday?", "photos of {noun}", "about {noun} and {noun}", "see you at {n}", "the {noun} question"],
        "nouns": "shoes lamps tea bicycles maps novels jackets plants cameras chairs linen bread kitchen winter music garden".split(),
        "words": "the of and to in a is that it for on with as was at by this be from or have an they which one you were all her she there would their we him been has when who will more if out so up said what its about than into them can only other time new some could these two may then do first any like my now over such our man me even most made after also did many before must well back through years where much your way down should because long each just state those people too little good world make very year still see own work men day get here old life both between being under three never know same last another while us might great go come since against right".split(),
        "says": ["Shop now and save {n}% on selected {noun}.", "Prices from {n}.99 EUR while stocks last.", "Read the whole story on our site.", "Your order will arrive on {n} May.", "Please reply to this mail if anything is unclear.", "Discover the new collection of {noun}."],
        "footer": "You receive this mail because you signed up at {host}. Unsubscribe or change your preferences. View in browser. {host} Ltd, 12 Mill Lane, Exampleton. All prices include VAT; terms and conditions apply.",
    },
    "de": {
        "offers": ["Nur heute: {n}% Rabatt auf {noun}", "{n} € Gutschein für dich", "Sale: {noun} jetzt reduziert"],
        "quiet": ["Schön, dass du da bist", "Das könnte dir gefallen", "Neues aus der Werkstatt {n}", "Endlich wieder da", "Post für dich"],
        "deals": ["Bestellbestätigung {id}", "Ihre Rechnung {id}", "Deine Lieferung {id} ist unterwegs"],
        "notes": ["{name} hat kommentiert", "Neue Anmeldung mit {noun}", "Erinnerung: {noun} um {n} Uhr"],
        "talk": ["{noun} am Samstag?", "Fotos vom {noun}", "wegen {noun}"],
        "nouns": "Schuhe Lampen Tee Fahrräder Karten Romane Jacken Pflanzen Kameras Stühle Leinen Brot Küche Winter Musik Garten".split(),
        "words": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei hatte kann gegen vom können schon wenn habe seine Mark ihre dann unter wir soll ich eines Jahr zwei Jahren diese dieser wieder keine Uhr seiner worden will zwischen immer Millionen was sagte größer müssen".split(),
        "says": ["Jetzt sparen: {n}% auf {noun}.", "Nur solange der Vorrat reicht, ab {n},99 €.", "Den ganzen Artikel lesen.", "Ihre Bestellung kommt am {n}. Mai an.", "Entdecke die neue Kollektion."],
        "footer": "Sie erhalten diese E-Mail, weil Sie sich bei {host} angemeldet haben. Hier abmelden. Im Browser ansehen. {host} GmbH, Mühlweg 12, Beispielstadt. Alle Preise inkl. MwSt.; es gelten unsere AGB.",
    },
    "fr": {
        "offers": ["-{n}% sur {noun}", "Dernière chance : {noun} à {n} €", "Livraison offerte ce week-end"],
        "quiet": ["On a pensé à vous", "Ça va vous plaire", "La lettre nº {n}", "C'est arrivé", "{noun} et {noun}"],
        "deals": ["Votre commande {id} est expédiée", "Facture {id}"], "notes": ["{name} a commenté votre photo", "Rappel : {noun} à {n} h"],
        "talk": ["{noun} samedi ?", "à propos de {noun}"],
        "nouns": "chaussures lampes thé vélos cartes romans vestes plantes chaises lin pain cuisine hiver musique jardin été".split(),
        "words": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec ont ses mais comme ou si leur y dont elle deux ces être tout nous sa était fait cette autres aussi peut encore même ans très année où temps bien entre sans depuis après déjà".split(),
        "says": ["Profitez de {n}% de réduction sur {noun}.", "Découvrez la nouvelle collection.", "Lire la suite sur notre site.", "Votre colis arrivera le {n} mai."],
        "footer": "Vous recevez cet e-mail car vous êtes inscrit sur {host}. Se désinscrire. Voir dans le navigateur. {host} SARL, 12 rue du Moulin.",
    },
    "es": {
        "offers": ["{n}% de descuento en {noun}", "Últimas horas: {noun} desde {n} €"], "quiet": ["Te va a gustar", "Pensado para ti", "La carta n.º {n}", "Ya está aquí"],
        "deals": ["Tu pedido {id} ha sido enviado", "Factura {id}"], "notes": ["{name} ha comentado tu foto", "Recordatorio: {noun} a las {n}"], "talk": ["¿{noun} el sábado?", "sobre {noun}"],
        "nouns": "zapatos lámparas té bicicletas mapas novelas chaquetas plantas sillas lino pan cocina invierno música jardín".split(),
        "words": "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque qué sólo han yo hay vez puede todos así nos ni parte tiene él uno donde bien tiempo mismo ese ahora cada vida".split(),
        "says": ["Aprovecha un {n}% de descuento en {noun}.", "Descubre nuestra nueva colección.", "Tu paquete llegará el {n} de mayo."],
        "footer": "Recibes este correo porque te registraste en {host}. Darse de baja. Ver en el navegador. {host} S.L., calle del Molino 12.",
    },
    "it": {
        "offers": ["Sconto del {n}% su {noun}", "Ultime ore: {noun} da {n} €"], "quiet": ["Pensato per te", "Finalmente qui", "La lettera n. {n}", "Ti piacerà"],
        "deals": ["Il tuo ordine {id} è stato spedito", "Fattura {id}"], "notes": ["{name} ha commentato la tua foto"], "talk": ["{noun} sabato?", "a proposito di {noun}"],
        "nouns": "scarpe lampade tè biciclette mappe romanzi giacche piante sedie lino pane cucina inverno musica giardino".split(),
        "words": "di e il la che in a per un è del non si le dei con una da al sono i della più anche come alla nel ma ha su lo gli se dalla questo delle o nella suo sua stato dal ci tra loro prima due anni essere quando poi molto tutti dopo cui quella così ancora".split(),
        "says": ["Approfitta del {n}% di sconto su {noun}.", "Scopri la nuova collezione.", "Il tuo pacco arriverà il {n} maggio."],
        "footer": "Ricevi questa e-mail perché ti sei iscritto su {host}. Annulla l'iscrizione. Visualizza nel browser. {host} srl, via del Mulino 12.",
    },
    "nl": {
        "offers": ["{n}% korting op {noun}", "Laatste kans: {noun} vanaf € {n}"], "quiet": ["Speciaal voor jou", "Daar is ie dan", "Brief nr. {n}", "Even bijpraten"],
        "deals": ["Je bestelling {id} is onderweg", "Factuur {id}"], "notes": ["{name} heeft gereageerd op je foto"], "talk": ["{noun} zaterdag?", "over {noun}"],
        "nouns": "schoenen lampen thee fietsen kaarten romans jassen planten stoelen linnen brood keuken winter muziek tuin".split(),
        "words": "de van een het en in is dat op te zijn met voor niet aan er om ook als dan maar bij uit nog naar worden door over tot je zo heeft wel hij was ze geen meer kan deze ik moet of dit wordt al veel die heb ons hun jaar twee andere onder tussen tegen".split(),
        "says": ["Profiteer van {n}% korting op {noun}.", "Ontdek de nieuwe collectie.", "Je pakket komt op {n} mei aan."],
        "footer": "Je ontvangt deze mail omdat je je hebt ingeschreven bij {host}. Uitschrijven. Bekijk in browser. {host} bv, Molenweg 12.",
    },
    "pt": {
        "offers": ["{n}% de desconto em {noun}", "Últimas horas: {noun} desde {n} €"], "quiet": ["Pensado para si", "Chegou", "A carta n.º {n}", "Vai gostar"],
        "deals": ["A sua encomenda {id} foi enviada", "Fatura {id}"], "notes": ["{name} comentou a sua foto"], "talk": ["{noun} no sábado?", "sobre {noun}"],
        "nouns": "sapatos candeeiros chá bicicletas mapas romances casacos plantas cadeiras linho pão cozinha inverno música jardim".split(),
        "words": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou quando muito nos já eu também só pelo pela até isso ela entre depois sem mesmo aos seus quem nas me esse eles você essa num nem suas meu minha têm".split(),
        "says": ["Aproveite {n}% de desconto em {noun}.", "Descubra a nova coleção.", "A sua encomenda chega a {n} de maio."],
        "footer": "Recebe este e-mail porque se inscreveu em {host}. Cancelar a subscrição. Ver no navegador. {host} Lda, rua do Moinho 12.",
    },
    "pl": {
        "offers": ["{n}% zniżki na {noun}", "Ostatnia szansa: {noun} od {n} zł"], "quiet": ["Coś dla Ciebie", "Nareszcie jest", "List nr {n}", "Spodoba Ci się"],
        "deals": ["Twoje zamówienie {id} zostało wysłane", "Faktura {id}"], "notes": ["{name} skomentował Twoje zdjęcie"], "talk": ["{noun} w sobotę?", "w sprawie {noun}"],
        "nouns": "buty lampy herbata rowery mapy powieści kurtki rośliny krzesła len chleb kuchnia zima muzyka ogród".split(),
        "words": "w i na z się do nie że jest to o a jak po co tak za od jego przez czy ale dla ich przy tym był być już może tylko przed tej oraz pod lub był sobie jeszcze które także lat bardzo gdzie ze było są bez kiedy jednak więc kto nas tego jej mu".split(),
        "says": ["Skorzystaj z {n}% zniżki na {noun}.", "Odkryj nową kolekcję.", "Twoja paczka dotrze {n} maja."],
        "footer": "Otrzymujesz tę wiadomość, ponieważ zapisałeś się na {host}. Wypisz się. Zobacz w przeglądarce. {host} sp. z o.o., ul. Młyńska 12.",
    },
}
NAMES = "Ann Bob Carla Deniz Emma Farid Greta Hugo Ines Jonas Kim Lena Marco Nora Olaf Pia".split()
