//! The catalogue is whole.

use kernel::{Currency, Money};

use super::*;
use crate::{Link, Values};

/// Values that try to break out of every channel.
fn hostile(kind: &MessageKind, without: Option<&str>) -> Values {
    kind.variables.iter().filter(|(name, _)| Some(*name) != without).fold(Values::new(), |values, (name, kind)| {
        match kind {
            ValueKind::Text => values.text(name, "</p><b>_*[x](y)\r\nBcc: a"),
            ValueKind::Money => values.money(name, Money::new(498_390, Currency::IDR)),
            ValueKind::Date => values.date(name, jiff::civil::date(2026, 12, 14)),
            ValueKind::Link => values.link(name, Link::parse("https://ruko.example/v?t=a_b)&c=d").unwrap()),
        }
    })
}

#[test]
fn every_text_compiles_renders_in_every_channel_and_misses_nothing() {
    let mut texts = 0;
    for kind in ALL {
        for language in Locale::ALL {
            let template = kind.template(language).unwrap_or_else(|error| panic!("{} {language:?}: {error}", kind.key));
            let rendered = template.render(language, &hostile(&kind, None)).unwrap();
            for text in [&rendered.subject, &rendered.text, &rendered.html, &rendered.markdown] {
                assert!(!text.contains("{{") && !text.contains("}}") && !text.trim().is_empty(), "{}", kind.key);
            }
            assert!(!rendered.subject.contains('\n'));
            assert!(!rendered.html.contains("<b>"), "{}", kind.key);
            // 4,096 is what Telegram takes.
            assert!(rendered.markdown.chars().count() < 2_000);
            for (name, _) in kind.variables {
                let error = template.render(language, &hostile(&kind, Some(name))).unwrap_err();
                assert_eq!(error, TemplateError::Value { name: (*name).to_owned() });
                let placeholder = format!("{{{{{name}}}}}");
                let without = kind.source(language).replace(&placeholder, "x");
                assert!(Template::compile(&without, kind.variables).is_err(), "{} without {name}", kind.key);
            }
            texts += 1;
        }
    }
    assert_eq!(texts, ALL.len() * Locale::ALL.len());
}

#[test]
fn links_codes_and_security_are_critical() {
    let of = |priority| ALL.into_iter().filter(move |kind| kind.priority == priority).map(|kind| kind.key);
    let urgent: Vec<&str> = of(Priority::Critical).collect();
    let secret = ALL.iter().filter(|kind| kind.variables.iter().any(|(name, _)| ["link", "code"].contains(name)));
    for kind in secret.clone() {
        assert!(urgent.contains(&kind.key), "{}", kind.key);
    }
    assert!(secret.clone().all(|kind| !kind.may_be_pushed()) && INVOICE_READY.may_be_pushed());
}

#[test]
fn each_kind_has_its_priority() {
    let of = |priority| ALL.into_iter().filter(move |kind| kind.priority == priority).map(|kind| kind.key);
    let money = [
        "charge_declined",
        "charge_declined_for_now",
        "credit_note",
        "credit_note_refunded",
        "deposit_received",
        "final_invoice",
        "invoice_paid",
        "invoice_ready",
        "invoice_voided",
        "order_cancelled",
        "order_cancelled_in_part",
        "order_confirmed",
        "order_credited",
        "order_expired",
        "order_refunded",
        "payment_kept",
        "payment_kept_in_part",
        "payment_paid_back",
        "payment_received",
        "payment_received_in_part",
        "payment_received_more_overdue",
        "payment_refunded",
        "payment_reminder",
        "payment_reminder_again",
        "refund_failed",
        "service_ending",
        "service_ending_again",
        "service_restored",
        "service_suspended",
        "service_suspended_for_several",
        "subscription_ended",
        "subscription_ending",
        "subscription_ending_again",
        "transfer_rejected",
        "withdrawal_failed",
        "withdrawal_requested",
        "withdrawal_sent",
        "withdrawal_settled",
    ];
    assert_eq!(of(Priority::High).collect::<Vec<_>>(), money);
    assert_eq!(
        of(Priority::Medium).chain(of(Priority::Low)).collect::<Vec<_>>(),
        [
            "ai_limit_reached",
            "ai_limit_reached_billed",
            "ai_limit_warning",
            "ai_limit_warning_billed",
            "call_limit_reached",
            "call_limit_reached_billed",
            "call_limit_warning",
            "call_limit_warning_billed",
            "domain_lost",
            "low_stock",
            "member_limit_reached",
            "member_limit_reached_billed",
            "member_limit_warning",
            "member_limit_warning_billed",
            "order_delivered",
            "order_received",
            "order_shipped",
            "order_shipped_tracked",
            "out_of_stock",
            "payment_method_expiring",
            "review_approved",
            "review_rejected",
            "review_replied",
            "staff_access",
            "storage_limit_reached",
            "storage_limit_reached_billed",
            "storage_limit_warning",
            "storage_limit_warning_billed",
            "subscription_activated",
            "subscription_cancelled",
            "subscription_changed",
            "subscription_paused",
            "subscription_resumed",
            "subscription_will_change",
            "subscription_will_end",
            "tenant_activated",
            "tenant_reactivated",
            "tenant_suspended",
            "trial_ended",
            "trial_ending",
            "usage_limit_reached",
            "usage_limit_warning",
            "webhook_disabled",
            "webhook_gone",
            "back_in_stock",
            "digest",
            "review_held",
            "welcome"
        ]
    );
    assert!(ALL.iter().all(|kind| MessageKind::find(kind.key) == Some(*kind)) && MessageKind::find("none").is_none());
}

#[test]
fn the_languages_differ() {
    for kind in ALL {
        assert_ne!(kind.source(Locale::En), kind.source(Locale::Id), "{}", kind.key);
    }
}

#[test]
fn a_code_fits_one_sms() {
    let values = Values::new().text("sender", &"T".repeat(60)).text("code", "042719");
    for language in Locale::ALL {
        let text = PHONE_CODE.template(language).unwrap().render(language, &values).unwrap().text;
        assert!(text.is_ascii() && text.trim().len() <= 160, "{text}");
    }
}

#[test]
fn an_invoice_reads_well() {
    let values = Values::new()
        .text("name", "Budi")
        .text("sender", "Toko Budi")
        .text("number", "INV-2026-11-0001")
        .money("amount", Money::new(498_390, Currency::IDR))
        .date("due", jiff::civil::date(2026, 12, 14))
        .link("pay", Link::parse("https://ruko.example/pay/Zm9v").unwrap());
    let rendered = INVOICE_READY.template(Locale::Id).unwrap().render(Locale::Id, &values).unwrap();
    assert_eq!(rendered.subject, "Tagihan INV-2026-11-0001 dari Toko Budi");
    assert_eq!(
        rendered.text,
        "Halo Budi,\n\n\
         Tagihan INV-2026-11-0001 dari Toko Budi sudah terbit.\n\n\
         Jumlah: Rp498.390\n\
         Jatuh tempo: 14 Desember 2026\n\n\
         Bayar tagihan:\nhttps://ruko.example/pay/Zm9v\n\n\
         Siapa pun yang memiliki tautan ini dapat melihat dan membayar tagihan, tanpa akun.\n"
    );
    assert_eq!(
        rendered.markdown,
        "Halo Budi,\n\n\
         Tagihan INV\\-2026\\-11\\-0001 dari Toko Budi sudah terbit\\.\n\n\
         Jumlah: Rp498\\.390\n\
         Jatuh tempo: 14 Desember 2026\n\n\
         [Bayar tagihan](https://ruko.example/pay/Zm9v)\n\n\
         Siapa pun yang memiliki tautan ini dapat melihat dan membayar tagihan, tanpa akun\\."
    );
}
