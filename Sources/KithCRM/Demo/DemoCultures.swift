extension DemoCulture {
    /// All of them; communities pick the front ones more often.
    static let all: [DemoCulture] = [
        german, persian, english, arabic, russian, spanish, chinese, french, turkish, japanese,
        greek, hindi, korean, hebrew, polish, ukrainian,
    ]

    private static let german = DemoCulture(
        "DE", "de", "+49", cities: "Berlin Hamburg München Köln Leipzig Wien Zürich Göttingen",
        female: "Anna Lena Käthe|Kaethe Sophie Jette Mia Heike Ursula Björk|Bjoerk Greta",
        male: "Jörg|Joerg Lukas Björn|Bjoern Max Günther|Guenther Paul Jonas Karl Felix Emil",
        family:
            "Müller|Mueller Schmidt Weiß|Weiss Schäfer|Schaefer Fischer Weber Krüger|Krueger Hoffmann Köhler|Koehler Vogel Lang Roth",
        phrases: [
            "Wann wird meine Bestellung geliefert?", "Das Gerät kam beschädigt an.",
            "Vielen Dank für die schnelle Hilfe!",
        ])

    private static let persian = DemoCulture(
        "IR", "fa", "+98", cities: "تهران یزد شیراز اصفهان مشهد تبریز رشت کرمان",
        female:
            "سارا|Sara مریم|Maryam زهرا|Zahra نرگس|Narges شیرین|Shirin لیلا|Leila مینا|Mina پریسا|Parisa",
        male:
            "علی|Ali رضا|Reza امیر|Amir حسین|Hossein آرش|Arash کاوه|Kaveh بهرام|Bahram داریوش|Dariush",
        family:
            "محمدی|Mohammadi رضایی|Rezaei کریمی|Karimi احمدی|Ahmadi موسوی|Mousavi یزدانی|Yazdani شریفی|Sharifi نجفی|Najafi تهرانی|Tehrani جعفری|Jafari",
        phrases: [
            "سفارش من کی می‌رسد؟", "کالا آسیب دیده بود.", "از راهنمایی شما سپاس‌گزارم.",
        ])

    private static let english = DemoCulture(
        "GB", "en", "+44",
        cities: "London Leeds Bristol Edinburgh Cardiff Manchester York Belfast",
        female: "Olivia Emma Grace Chloë|Chloe Zoë|Zoe Alice Ruby Hannah Maya Siân|Sian",
        male: "Oliver Jack Harry Noah George Arthur Leo Samuel Owen Séan|Sean",
        family:
            "Smith Jones Taylor Brown Wilson O'Neill|ONeill Patel Evans Walker Wright Brontë|Bronte Clarke",
        phrases: [
            "When will my order arrive?", "The parcel was damaged.", "Thank you, that was quick!",
        ])

    private static let arabic = DemoCulture(
        "EG", "ar", "+20", cities: "القاهرة الإسكندرية بيروت دمشق بغداد الرياض تونس عمان",
        female:
            "فاطمة|Fatima ليلى|Layla نور|Nour سلمى|Salma هدى|Huda ريم|Reem أمل|Amal زينب|Zaynab",
        male:
            "محمد|Muhammad أحمد|Ahmad عمر|Omar يوسف|Yusuf خالد|Khalid حسن|Hasan إبراهيم|Ibrahim سامي|Sami",
        family:
            "الخطيب|AlKhatib المصري|AlMasri حداد|Haddad منصور|Mansour نجار|Najjar عباس|Abbas صالح|Saleh قاسم|Qasim فارس|Faris",
        phrases: ["متى يصل طلبي؟", "وصل المنتج مكسورا.", "شكرا جزيلا على المساعدة."])

    private static let russian = DemoCulture(
        "RU", "ru", "+7", cities: "Москва Казань Самара Омск Пермь Тверь Томск",
        female:
            "Анна|Anna Мария|Maria Ольга|Olga Елена|Elena Наталья|Natalya Ирина|Irina Дарья|Darya",
        male: "Иван|Ivan Дмитрий|Dmitry Сергей|Sergey Алексей|Aleksey Павел|Pavel Юрий|Yury",
        family:
            "Смирнов|Smirnov Кузнецов|Kuznetsov Попов|Popov Волков|Volkov Соколов|Sokolov Лебедев|Lebedev Новиков|Novikov Морозов|Morozov",
        phrases: [
            "Когда придёт мой заказ?", "Товар пришёл повреждённым.", "Спасибо за быструю помощь!",
        ])

    private static let spanish = DemoCulture(
        "ES", "es", "+34", cities: "Madrid Sevilla Bogotá Lima Córdoba Cádiz Málaga Quito",
        female: "Lucía|Lucia María|Maria Sofía|Sofia Paula Begoña|Begona Inés|Ines Carmen Elena",
        male: "José|Jose Martín|Martin Hugo Íñigo|Inigo Pablo Andrés|Andres Diego Raúl|Raul",
        family:
            "García|Garcia Fernández|Fernandez López|Lopez Núñez|Nunez Pérez|Perez Muñoz|Munoz Ortiz Vega Ramos Peña|Pena",
        phrases: [
            "¿Cuándo llega mi pedido?", "El producto llegó roto.", "¡Muchas gracias por la ayuda!",
        ])

    private static let chinese = DemoCulture(
        "CN", "zh", "+86", cities: "北京 上海 杭州 成都 西安 广州 南京",
        female: "芳|Fang 娜|Na 敏|Min 静|Jing 丽|Li 雪|Xue 梅|Mei",
        male: "伟|Wei 强|Qiang 磊|Lei 军|Jun 涛|Tao 明|Ming 雷|Lei",
        family: "王|Wang 李|Li 张|Zhang 刘|Liu 陈|Chen 杨|Yang 赵|Zhao 黄|Huang 周|Zhou 吴|Wu",
        familyNameFirst: true,
        phrases: ["我的订单什么时候到？", "收到的商品有损坏。", "谢谢，回复很快！"])

    private static let french = DemoCulture(
        "FR", "fr", "+33", cities: "Paris Lyon Nîmes Orléans Québec Genève Besançon Liège",
        female: "Chloé|Chloe Éloïse|Eloise Léa|Lea Camille Zoé|Zoe Hélène|Helene Manon",
        male: "Gaël|Gael François|Francois Théo|Theo Hugo Loïc|Loic Étienne|Etienne Noé|Noe",
        family:
            "Dupont Lefèvre|Lefevre Moreau Bérard|Berard Garnier Faure Rémy|Remy Leclerc Marçal|Marcal Petit",
        phrases: [
            "Quand ma commande sera-t-elle livrée ?", "Le colis est arrivé abîmé.",
            "Merci pour votre aide rapide !",
        ])

    private static let turkish = DemoCulture(
        "TR", "tr", "+90", cities: "İstanbul Ankara İzmir Bursa Muğla Eskişehir",
        female: "Ayşe|Ayse Zeynep Elif Çiğdem|Cigdem Şule|Sule Gül|Gul",
        male: "Mehmet Çağlar|Caglar Oğuz|Oguz Emre Işık|Isik Yiğit|Yigit",
        family: "Yılmaz|Yilmaz Demir Şahin|Sahin Çelik|Celik Öztürk|Ozturk Aydın|Aydin Koç|Koc",
        phrases: [
            "Siparişim ne zaman gelir?", "Ürün kırık geldi.", "Yardımınız için teşekkürler!",
        ])

    private static let japanese = DemoCulture(
        "JP", "ja", "+81", cities: "東京 京都 札幌 大阪 福岡 仙台",
        female: "さくら|Sakura 美咲|Misaki 陽菜|Hina 葵|Aoi 結衣|Yui",
        male: "翔太|Shota 蓮|Ren 大輔|Daisuke 健|Ken 悠斗|Yuto",
        family: "佐藤|Sato 鈴木|Suzuki 高橋|Takahashi 田中|Tanaka 伊藤|Ito 山本|Yamamoto",
        familyNameFirst: true,
        phrases: ["注文はいつ届きますか。", "商品が壊れていました。", "迅速な対応をありがとう。"])

    private static let greek = DemoCulture(
        "GR", "el", "+30", cities: "Αθήνα Πάτρα Βόλος Χανιά Θεσσαλονίκη",
        female: "Μαρία|Maria Ελένη|Eleni Σοφία|Sofia Άννα|Anna Δάφνη|Dafni",
        male: "Γιώργος|Giorgos Νίκος|Nikos Κώστας|Kostas Άρης|Aris",
        family: "Παπαδόπουλος|Papadopoulos Νικολάου|Nikolaou Γεωργίου|Georgiou Ιωάννου|Ioannou",
        phrases: [
            "Πότε θα έρθει η παραγγελία μου;", "Το δέμα ήταν χαλασμένο.", "Ευχαριστώ πολύ!",
        ])

    private static let hindi = DemoCulture(
        "IN", "hi", "+91", cities: "दिल्ली मुंबई पुणे जयपुर लखनऊ",
        female: "प्रिया|Priya अनीता|Anita सुनीता|Sunita काव्या|Kavya",
        male: "राहुल|Rahul अमित|Amit विजय|Vijay रवि|Ravi अर्जुन|Arjun",
        family: "शर्मा|Sharma गुप्ता|Gupta सिंह|Singh वर्मा|Verma जोशी|Joshi",
        phrases: ["मेरा ऑर्डर कब आएगा?", "सामान टूटा हुआ मिला।", "मदद के लिए धन्यवाद!"])

    private static let korean = DemoCulture(
        "KR", "ko", "+82", cities: "서울 부산 대구 인천 광주",
        female: "지우|Jiwoo 서연|Seoyeon 민지|Minji 하은|Haeun",
        male: "민준|Minjun 서준|Seojun 지훈|Jihoon 현우|Hyunwoo",
        family: "김|Kim 이|Lee 박|Park 최|Choi 정|Jung 강|Kang", familyNameFirst: true,
        phrases: ["주문은 언제 도착하나요?", "상품이 파손되었습니다.", "빠른 답변 감사합니다!"])

    private static let hebrew = DemoCulture(
        "IL", "he", "+972", cities: "חיפה ירושלים אשדוד נתניה",
        female: "נועה|Noa תמר|Tamar מאיה|Maya יעל|Yael",
        male: "דוד|David נועם|Noam איתי|Itai אורי|Uri",
        family: "כהן|Cohen לוי|Levi מזרחי|Mizrahi פרץ|Peretz ביטון|Biton",
        phrases: ["מתי תגיע ההזמנה שלי?", "המוצר הגיע שבור.", "תודה רבה על העזרה!"])

    private static let polish = DemoCulture(
        "PL", "pl", "+48", cities: "Kraków Łódź Poznań Gdańsk Wrocław",
        female: "Zofia Małgorzata|Malgorzata Agnieszka Łucja|Lucja Żaneta|Zaneta",
        male: "Paweł|Pawel Michał|Michal Łukasz|Lukasz Stanisław|Stanislaw",
        family: "Nowak Wiśniewski|Wisniewski Wójcik|Wojcik Kamiński|Kaminski Zieliński|Zielinski",
        phrases: [
            "Kiedy dotrze moje zamówienie?", "Paczka była uszkodzona.", "Dziękuję za pomoc!",
        ])

    private static let ukrainian = DemoCulture(
        "UA", "uk", "+380", cities: "Київ Львів Одеса Харків",
        female: "Оксана|Oksana Ірина|Iryna Соломія|Solomiia Леся|Lesia",
        male: "Тарас|Taras Олег|Oleh Богдан|Bohdan Андрій|Andrii",
        family: "Шевченко|Shevchenko Коваленко|Kovalenko Бондар|Bondar Ткачук|Tkachuk",
        phrases: ["Коли прийде моє замовлення?", "Товар пошкоджений.", "Дякую за допомогу!"])
}
