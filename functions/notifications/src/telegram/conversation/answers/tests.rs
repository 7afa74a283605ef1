//! What bots answer about customers, to whom, and at what cost.

use serde_json::{Value, json};
use testkit::{Client, Member};

use crate::telegram::room::{Room, pressed, wrote};

/// A customer with a plan, usage, two open invoices and a balance.
async fn world() -> (Room, Member) {
    let room = Room::open().await;
    let budi = room.customer("budi@example.com", 42).await;
    let subscription = room.sell(&budi, "BASIC").await;
    room.count(subscription, "predictions", 41).await;
    room.bill(&budi, 1, (165_390, "2026-11-20")).await;
    room.bill(&budi, 2, (50_000, "2026-12-05")).await;
    room.fund(&budi, 25_000, 215_390).await;
    (room, budi)
}

/// What is seen of an answer.
fn seen(answer: &testkit::Answer) -> String {
    answer.text("/text").replace('\\', "")
}

fn buttons(answer: &Value) -> Vec<Value> {
    let rows = answer["reply_markup"]["inline_keyboard"].as_array().cloned().unwrap_or_default();
    rows.into_iter().flat_map(|row| row.as_array().unwrap().clone()).collect()
}

#[tokio::test]
async fn every_command_about_a_customer_is_answered_from_what_is_stored() {
    let (room, _) = world().await;
    for (update, (command, expected)) in [
        ("/status", "*Ringkasan*\nBasic: aktif\n\nPerlu dibayar: Rp215.390\n\nTersedia: Rp25.000"),
        ("/plan", "*Langganan*\n\nBasic: aktif\nPeriode: 21 Nov – 20 Des 2026"),
        ("/usage", "*Pemakaian pada periode ini*\n\n*Basic*\nPeriode: 21 Nov – 20 Des 2026\napi calls: 0\npredictions: 41"),
        ("/quota", "*Sisa kuota*\n\n*Basic*\napi calls hari ini: terpakai 0 dari 1.000, sisa 1.000\npredictions bulan ini: terpakai 41 dari 200, sisa 159"),
        ("/invoices", "*Tagihan yang belum dibayar*\nINV-2026-11-0002: Rp50.000, jatuh tempo 5 Desember 2026\nINV-2026-11-0001: Rp165.390, terlambat: jatuh temponya 20 November 2026"),
        ("/pay", "*Tagihan mana yang ingin Anda bayar?*\nINV-2026-11-0002: Rp50.000, jatuh tempo 5 Desember 2026\nINV-2026-11-0001: Rp165.390, terlambat: jatuh temponya 20 November 2026"),
        ("/balance", "*Saldo*\nTersedia: Rp25.000\n\nSaldo membayar sendiri tagihan baru."),
        ("/topup", "*Saldo*\nTersedia: Rp25.000\n\nSaldo membayar sendiri tagihan baru.\n\nUntuk menambah saldo, buka akun Anda di Toko toko-a dan pilih deposit."),
        ("/profile", "*Akun Anda*\nNama: budi-at-example.com\nE-mail: budi@example.com\nBertindak untuk: budi-at-example.com\nTerhubung sejak 21 November 2026"),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = room.hear(wrote(i64::try_from(update).unwrap(), 42, command)).await;
        assert_eq!(seen(&answer), expected, "{command}");
    }
    assert_eq!(room.telegram.asked(), [], "an answer to the webhook needs no call");
}

#[tokio::test]
async fn an_answer_is_in_the_language_that_was_chosen() {
    let (room, _) = world().await;
    room.hear(wrote(1, 42, "/language en")).await;
    let answer = room.hear(wrote(2, 42, "/quota")).await;
    assert!(seen(&answer).contains("predictions this month: 41 of 200 used, 159 left"), "{}", seen(&answer));
}

#[tokio::test]
async fn an_invoice_is_paid_on_its_page_or_by_transfer() {
    let (room, budi) = world().await;
    let list = room.hear(wrote(1, 42, "/invoices")).await.json();
    let urls: Vec<Value> = buttons(&list).iter().map(|button| button["url"].clone()).collect();
    assert_eq!(urls.len(), 2);
    assert!(urls.iter().all(|url| url.as_str().unwrap().starts_with("https://api.ruko.test/pay/")));
    let choice = room.hear(wrote(2, 42, "/pay")).await.json();
    let data = buttons(&choice)[1]["callback_data"].as_str().unwrap().to_owned();
    let how = room.hear(pressed(3, 42, &data)).await;
    assert_eq!((how.text("/method"), how.at("/message_id")), ("editMessageText".to_owned(), json!(101)));
    assert_eq!(buttons(&how.json())[0]["url"], urls[1]);
    assert!(seen(&how).contains("BCA 8123456789, a.n. PT Toko_A"), "{}", seen(&how));
    let heard = room.telegram.asked();
    assert_eq!(
        heard,
        [("answerCallbackQuery".to_owned(), json!({"method": "answerCallbackQuery", "callback_query_id": "q3"}))]
    );
    let by_number = room.hear(wrote(4, 42, "/pay inv-2026-11-0001")).await;
    assert_eq!(buttons(&by_number.json())[0]["url"], urls[1]);
    for unknown in ["/pay INV-2026-11-0009", "/pay everything", "/pay 0"] {
        assert_eq!(
            seen(&room.hear(wrote(unknown.len().try_into().unwrap(), 42, unknown)).await),
            "Ini sudah tidak ada."
        );
    }
    // The only open one needs no choice.
    let siti = room.customer("siti@example.com", 43).await;
    room.bill(&siti, 3, (1_000, "2026-12-05")).await;
    let only = room.hear(wrote(50, 43, "/pay")).await;
    assert!(seen(&only).starts_with("Buka halaman pembayaran untuk membayar"), "{}", seen(&only));
    assert_ne!(room.party(&budi).await, room.party(&siti).await);
}

#[tokio::test]
async fn what_is_somebody_elses_is_not_there() {
    let (room, _) = world().await;
    let siti = room.customer("siti@example.com", 43).await;
    let (invoice, customer) = (room.bill(&siti, 3, (1_000, "2026-12-05")).await, room.party(&siti).await);
    let not_there = |answer: &testkit::Answer| {
        assert_eq!(answer.text("/method"), "answerCallbackQuery");
        assert_eq!(answer.text("/text"), "Ini sudah tidak ada.");
    };
    for (update, data) in [
        (1, format!("pay:{invoice}")),
        (2, format!("of:balance:{customer}")),
        (3, "pay:inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned()),
        (4, format!("of:help:{customer}")),
        (5, "cancel:ORDER-101".to_owned()),
        (6, String::new()),
    ] {
        not_there(&room.hear(pressed(update, 42, &data)).await);
    }
    let foreign = room.hear(wrote(7, 42, "/pay INV-2026-11-0003")).await;
    assert_eq!(seen(&foreign), "Ini sudah tidak ada.");
    // Her own button works, and nobody else's chat is answered for her.
    assert_eq!(room.hear(pressed(8, 43, &format!("pay:{invoice}"))).await.text("/method"), "editMessageText");
    let mut borrowed = pressed(9, 43, &format!("pay:{invoice}"));
    borrowed["callback_query"]["from"]["id"] = json!(42);
    let refused = room.hear(borrowed).await;
    assert!(refused.text("/text").contains("di dalam grup"), "{}", refused.snapshot());
}

#[tokio::test]
async fn of_several_customers_one_is_chosen() {
    let (room, budi) = world().await;
    let other = customers::Customer::new(
        customers::NewCustomer {
            id: kernel::CustomerId::new(room.stack.ctx().new_ulid()),
            contact: customers::Contact {
                name: "PT *Maju* _Jaya_".parse().unwrap(),
                company: None,
                email: None,
                phone: None,
                address: None,
                tax_id: None,
                identity: None,
            },
            external_id: None,
            locale: None,
            zone: None,
            tax_exemption: None,
            user: Some(budi.user),
        },
        room.stack.ctx().now(),
    );
    let customers = customers::Customers::new(room.stack.ctx().table(), budi.scope);
    let acts_for = customers.of_user(budi.user).await.unwrap().with(other.id).unwrap();
    let mut transaction = table::Transaction::new();
    customers.insert(&mut transaction, &other).unwrap();
    customers.save_acts_for(&mut transaction, budi.user, &acts_for).unwrap();
    room.stack.ctx().table().transact(transaction).await.unwrap();

    let choice = room.hear(wrote(1, 42, "/balance")).await.json();
    let labels: Vec<Value> = buttons(&choice).iter().map(|button| button["text"].clone()).collect();
    assert_eq!(labels, ["budi-at-example.com", "PT *Maju* _Jaya_"]);
    let answers: Vec<String> = {
        let mut answers = Vec::new();
        for (update, button) in (2..).zip(buttons(&choice)) {
            let answer = room.hear(pressed(update, 42, button["callback_data"].as_str().unwrap())).await;
            assert_eq!(answer.text("/method"), "editMessageText");
            answers.push(seen(&answer));
        }
        answers
    };
    assert!(answers[0].contains("Tersedia: Rp25.000") && answers[1].contains("Saldo kosong."), "{answers:?}");
    // Whoever acts for the customer no more has its old button in vain.
    let gone = acts_for.without(&other, budi.user);
    table::write_alone(room.stack.ctx().table(), |tx| customers.save_acts_for(tx, budi.user, &gone)).await.unwrap();
    let late = room.hear(pressed(9, 42, buttons(&choice)[1]["callback_data"].as_str().unwrap())).await;
    assert_eq!(late.text("/method"), "answerCallbackQuery");
}

#[tokio::test]
async fn whoever_is_not_linked_or_acts_for_nobody_is_told_so() {
    let room = Room::open().await;
    let stranger = [
        "/status",
        "/plan",
        "/usage",
        "/quota",
        "/invoices",
        "/pay",
        "/balance",
        "/topup",
        "/alerts",
        "/subscribe",
        "/unsubscribe",
        "/mute",
        "/unmute",
        "/language id",
        "/profile",
        "/link",
    ];
    for (update, command) in (1..).zip(stranger) {
        let answer = room.hear(wrote(update, 77, command)).await;
        assert!(seen(&answer).starts_with("Untuk menerima pesan di sini"), "{command}: {}", seen(&answer));
    }
    assert_eq!(
        seen(&room.hear(wrote(50, 77, "/support")).await),
        "Toko toko-a belum memberikan alamat untuk pertanyaan."
    );
    room.linked(&room.owner, 42).await;
    let none = room.hear(wrote(51, 42, "/invoices")).await;
    assert_eq!(seen(&none), "Akun Anda belum memiliki langganan atau tagihan di Toko toko-a.");
    assert!(seen(&room.hear(wrote(52, 42, "/link")).await).starts_with("Chat ini sudah terhubung"));
}

#[tokio::test]
async fn a_customer_without_anything_gets_an_answer_too() {
    let room = Room::open().await;
    room.customer("siti@example.com", 43).await;
    for (update, (command, expected)) in (1..).zip([
        ("/status", "*Ringkasan*\nTidak ada langganan.\n\nTidak ada yang perlu dibayar.\n\nSaldo kosong."),
        ("/plan", "Tidak ada langganan."),
        ("/usage", "Tidak ada langganan."),
        ("/quota", "Tidak ada langganan."),
        ("/invoices", "Tidak ada yang perlu dibayar."),
        ("/pay", "Tidak ada yang perlu dibayar."),
    ]) {
        assert_eq!(seen(&room.hear(wrote(update, 43, command)).await), expected, "{command}");
    }
}

#[tokio::test]
async fn support_is_where_the_tenant_says() {
    let room = Room::open().await;
    let settings = billing::BillingSettings {
        email: "help_me@toko.example".parse().ok(),
        phone: "+62 812-3456-7890".parse().ok(),
        version: 1,
        ..billing::BillingSettings::default()
    };
    let scope = room.owner.scope;
    table::write_alone(room.stack.ctx().table(), |tx| billing::BillingRules::save(tx, scope, &settings)).await.unwrap();
    let answer = room.hear(wrote(1, 77, "/support")).await;
    assert_eq!(seen(&answer), "*Bantuan dari Toko toko-a*\nE-mail: help_me@toko.example\nTelepon: +6281234567890");
}

/// The bound that the endpoint's documentation states, in calls of the store.
#[tokio::test]
async fn an_answer_costs_few_round_trips() {
    let (room, _) = world().await;
    let commands = [
        ("/help", 5),
        ("/start", 5),
        ("/status", 9),
        ("/plan", 8),
        ("/usage", 9),
        ("/quota", 9),
        ("/invoices", 7),
        ("/pay", 7),
        ("/balance", 7),
        ("/topup", 7),
        ("/alerts", 5),
        ("/subscribe", 5),
        ("/mute", 5),
        ("/unmute", 5),
        ("/language en", 5),
        ("/profile", 6),
        ("/support", 6),
        ("/unsubscribe", 5),
        ("/link", 5),
        ("/unlink", 4),
    ];
    assert_eq!(commands.len(), messaging::telegram::Command::ALL.len());
    for (update, (command, most)) in (1..).zip(commands) {
        // A process that has just started knows no plan.
        let (ctx, table) = room.stack.breaking(None);
        let client = Client::new(crate::function(ctx));
        assert_eq!(room.hear_at(&client, wrote(update, 42, command)).await.status.as_u16(), 200);
        assert!(table.calls() <= most, "{command}: {} calls", table.calls());
    }
}
