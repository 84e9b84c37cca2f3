"""A few sentences of a case in every language that a brief's fixed words are in, by ISO 639-1 code."""

SAMPLES = {
    "en": "The nightly sync stops after four thousand rows and we have seen it on the test account. The cause is not known yet.",
    "de": "Der nächtliche Abgleich bricht ab und wir haben es auf dem Testkonto gesehen, die Ursache ist nicht bekannt.",
    "fr": "La synchronisation de nuit se coupe et nous l'avons vu sur le compte de test. La cause n'est pas connue pour le moment.",
    "es": "La sincronización de la noche se corta y lo hemos visto en la cuenta de pruebas. No se conoce la causa por el momento.",
    "pt": "A sincronização da noite para a meio e nós já o vimos na conta de teste. A causa não é conhecida por enquanto.",
    "it": "La sincronizzazione di notte si ferma e la vediamo anche con il conto di prova. La causa non è nota per il momento.",
    "nl": "De nachtelijke synchronisatie stopt en wij hebben het op het testaccount gezien. De oorzaak is nog niet bekend.",
    "ja": "夜間の同期が途中で止まります。原因はまだわかっていません。",
    "sv": "Den nattliga synkroniseringen stannar efter fyra tusen rader och vi har sett det på testkontot. Orsaken är ännu inte känd.",
    "da": "Den natlige synkronisering stopper efter fire tusind rækker, og vi har set det på testkontoen. Årsagen kender vi endnu ikke.",
    "nb": "Den nattlige synkroniseringen stopper etter fire tusen rader, og vi har sett det på testkontoen. Årsaken er ikke kjent ennå.",
    "fi": "Yöllinen synkronointi pysähtyy neljän tuhannen rivin jälkeen, ja näimme saman testitilillä. Syytä ei vielä tiedetä.",
    "pl": "Nocna synchronizacja zatrzymuje się po czterech tysiącach wierszy i widzieliśmy to na koncie testowym. Przyczyny nie znamy.",
    "cs": "Noční synchronizace se zastaví po čtyřech tisících řádcích a viděli jsme to i na testovacím účtu. Příčinu zatím neznáme.",
    "tr": "Gece eşitlemesi dört bin satırdan sonra duruyor, aynısını deneme hesabında da gördük. Nedenini henüz bilmiyoruz.",
    "ko": "야간 동기화가 사천 행에서 멈추며 테스트 계정에서도 확인했습니다. 원인은 아직 모릅니다.",
    "zh": "夜间同步在四千行之后停止，我们在测试账号上也看到了同样的情况，原因尚不清楚。",
    "ru": "Ночная синхронизация останавливается после четырёх тысяч строк, мы видели это и на тестовой записи. Причина пока неизвестна.",
    "uk": "Нічна синхронізація зупиняється після чотирьох тисяч рядків, ми бачили це й на тестовому записі. Причина поки невідома.",
}
