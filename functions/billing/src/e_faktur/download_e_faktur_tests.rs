//! The file of a month: what stands in it, what is left out, and that XML and CSV say the same.

use customers::{Contact, Customer, Customers, NewCustomer};
use http::Method;
use kernel::{CustomerId, IdentityDocument, IdentityKind};
use serde_json::{Value, json};
use table::Transaction;
use testkit::{Answer, Member};

use crate::world::{World, code, idr, refused};

const PATH: &str = "/api/v1/billing/e-faktur";

async fn get(world: &World, member: &Member, query: &str) -> Answer {
    let token = world.fresh(member).await;
    world.client.get(format!("{PATH}?{query}")).bearer(&token).send().await
}

async fn register(world: &World, owner: &Member) {
    let body = json!({ "tax": { "registered": true, "taxId": "01.234.567.8-901.000", "branchCode": "000012" } });
    let answer = world.call(owner, Method::PUT, "/api/v1/billing/settings", body).await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/tax/branchCode").as_str()), (200, "000012"));
}

/// The standard rate comes with the registration; this is the other.
async fn tax_luxury(world: &World) {
    let body = json!({
        "code": "PPN", "category": "luxury", "name": "PPN", "rateBasisPoints": 1_200, "validFrom": "2025-01-01"
    });
    let token = world.fresh(&world.owner).await;
    let made = world.client.post("/api/v1/tax-rates", body).bearer(&token).idempotency_key("luxury").send().await;
    assert_eq!(made.status, 201, "{}", made.snapshot());
}

async fn buyer(world: &World, contact: Contact) -> CustomerId {
    let ctx = world.stack.ctx();
    let id = CustomerId::new(ctx.new_ulid());
    let new = NewCustomer { id, contact, external_id: None, locale: None, zone: None, tax_exemption: None, user: None };
    let mut transaction = Transaction::new();
    let customers = Customers::new(ctx.table(), world.owner.scope);
    customers.insert(&mut transaction, &Customer::new(new, ctx.now())).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    id
}

fn contact(name: &str) -> Contact {
    let name = name.parse().unwrap();
    Contact { name, company: None, email: None, phone: None, address: None, tax_id: None, identity: None }
}

fn line(name: &str, quantity: u32, unit: i64, taxation: &str) -> Value {
    json!({ "name": name, "quantity": quantity, "unitAmount": idr(unit), "taxation": taxation })
}

async fn issue(world: &World, key: &str, customer: CustomerId, lines: Value) -> String {
    let more = json!({ "customerId": customer, "lines": lines, "finalize": true });
    let issued = world.write(key, 0, more).await;
    assert_eq!(issued.status, 201, "{}", issued.snapshot());
    issued.text("/data/id")
}

/// A company buys work, luxury goods and what is not taxed, less a deduction; a person one thing.
async fn books(world: &World) -> [String; 2] {
    register(world, &world.owner).await;
    tax_luxury(world).await;
    let company = Contact {
        company: "PT \"Maju\" & <Jaya>".parse().ok(),
        email: "pajak@maju.example".parse().ok(),
        tax_id: "0123456789012345".parse().ok(),
        ..contact("Budi")
    };
    let person = Contact {
        identity: IdentityDocument::new(IdentityKind::NationalId, "3174012345678901").ok(),
        ..contact("Siti Nurhaliza ☕")
    };
    let (company, person) = (buyer(world, company).await, buyer(world, person).await);
    let lines = json!([
        line("=Konsultasi & pelatihan", 3, 333_333, "taxed"),
        line("Kapal pesiar", 1, 1_000_000, "luxury"),
        line("Ongkos", 1, 50_000, "untaxed"),
        line("Lokakarya", 1, 145_000, "taxed"),
        line("Potongan", 1, -100_000, "taxed"),
    ]);
    let one = issue(world, "i1", company, lines).await;
    let other = issue(world, "i2", person, json!([line("Kelas", 1, 12_345, "taxed")])).await;
    [one, other]
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "the whole file is what is shown")]
async fn a_month_is_written_as_coretax_imports_it() {
    let world = World::open().await;
    books(&world).await;
    let xml = get(&world, &world.owner, "format=xml").await;
    assert_eq!((xml.status.as_u16(), xml.header("content-type")), (200, "application/xml; charset=utf-8"));
    let text = String::from_utf8(xml.body).unwrap();
    insta::assert_snapshot!(text, @r#"
    <?xml version="1.0" encoding="utf-8"?>
    <TaxInvoiceBulk xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="TaxInvoice.xsd">
      <TIN>0012345678901000</TIN>
      <ListOfTaxInvoice>
        <TaxInvoice>
          <TaxInvoiceDate>2026-11-21</TaxInvoiceDate>
          <TaxInvoiceOpt>Normal</TaxInvoiceOpt>
          <TrxCode>04</TrxCode>
          <AddInfo/>
          <CustomDoc/>
          <CustomDocMonthYear/>
          <RefDesc>INV-2026-11-0001</RefDesc>
          <FacilityStamp/>
          <SellerIDTKU>0012345678901000000012</SellerIDTKU>
          <BuyerTin>0123456789012345</BuyerTin>
          <BuyerDocument>TIN</BuyerDocument>
          <BuyerCountry>IDN</BuyerCountry>
          <BuyerDocumentNumber>-</BuyerDocumentNumber>
          <BuyerName>PT &quot;Maju&quot; &amp; &lt;Jaya&gt;</BuyerName>
          <BuyerAdress>-</BuyerAdress>
          <BuyerEmail>pajak@maju.example</BuyerEmail>
          <BuyerIDTKU>0123456789012345000000</BuyerIDTKU>
          <ListOfGoodService>
            <GoodService>
              <Opt>B</Opt>
              <Code>000000</Code>
              <Name>=Konsultasi &amp; pelatihan</Name>
              <Unit>UM.0033</Unit>
              <Price>333333</Price>
              <Qty>3</Qty>
              <TotalDiscount>87336</TotalDiscount>
              <TaxBase>912663</TaxBase>
              <OtherTaxBase>836608</OtherTaxBase>
              <VATRate>12</VATRate>
              <VAT>100393</VAT>
              <STLGRate>0</STLGRate>
              <STLG>0</STLG>
            </GoodService>
            <GoodService>
              <Opt>B</Opt>
              <Code>000000</Code>
              <Name>Lokakarya</Name>
              <Unit>UM.0033</Unit>
              <Price>145000</Price>
              <Qty>1</Qty>
              <TotalDiscount>12664</TotalDiscount>
              <TaxBase>132336</TaxBase>
              <OtherTaxBase>121308</OtherTaxBase>
              <VATRate>12</VATRate>
              <VAT>14557</VAT>
              <STLGRate>0</STLGRate>
              <STLG>0</STLG>
            </GoodService>
          </ListOfGoodService>
        </TaxInvoice>
        <TaxInvoice>
          <TaxInvoiceDate>2026-11-21</TaxInvoiceDate>
          <TaxInvoiceOpt>Normal</TaxInvoiceOpt>
          <TrxCode>01</TrxCode>
          <AddInfo/>
          <CustomDoc/>
          <CustomDocMonthYear/>
          <RefDesc>INV-2026-11-0001</RefDesc>
          <FacilityStamp/>
          <SellerIDTKU>0012345678901000000012</SellerIDTKU>
          <BuyerTin>0123456789012345</BuyerTin>
          <BuyerDocument>TIN</BuyerDocument>
          <BuyerCountry>IDN</BuyerCountry>
          <BuyerDocumentNumber>-</BuyerDocumentNumber>
          <BuyerName>PT &quot;Maju&quot; &amp; &lt;Jaya&gt;</BuyerName>
          <BuyerAdress>-</BuyerAdress>
          <BuyerEmail>pajak@maju.example</BuyerEmail>
          <BuyerIDTKU>0123456789012345000000</BuyerIDTKU>
          <ListOfGoodService>
            <GoodService>
              <Opt>A</Opt>
              <Code>000000</Code>
              <Name>Kapal pesiar</Name>
              <Unit>UM.0033</Unit>
              <Price>1000000</Price>
              <Qty>1</Qty>
              <TotalDiscount>0</TotalDiscount>
              <TaxBase>1000000</TaxBase>
              <OtherTaxBase>1000000</OtherTaxBase>
              <VATRate>12</VATRate>
              <VAT>120000</VAT>
              <STLGRate>0</STLGRate>
              <STLG>0</STLG>
            </GoodService>
          </ListOfGoodService>
        </TaxInvoice>
        <TaxInvoice>
          <TaxInvoiceDate>2026-11-21</TaxInvoiceDate>
          <TaxInvoiceOpt>Normal</TaxInvoiceOpt>
          <TrxCode>04</TrxCode>
          <AddInfo/>
          <CustomDoc/>
          <CustomDocMonthYear/>
          <RefDesc>INV-2026-11-0002</RefDesc>
          <FacilityStamp/>
          <SellerIDTKU>0012345678901000000012</SellerIDTKU>
          <BuyerTin>0000000000000000</BuyerTin>
          <BuyerDocument>National ID</BuyerDocument>
          <BuyerCountry>IDN</BuyerCountry>
          <BuyerDocumentNumber>3174012345678901</BuyerDocumentNumber>
          <BuyerName>Siti Nurhaliza ☕</BuyerName>
          <BuyerAdress>-</BuyerAdress>
          <BuyerEmail/>
          <BuyerIDTKU>000000</BuyerIDTKU>
          <ListOfGoodService>
            <GoodService>
              <Opt>B</Opt>
              <Code>000000</Code>
              <Name>Kelas</Name>
              <Unit>UM.0033</Unit>
              <Price>12345</Price>
              <Qty>1</Qty>
              <TotalDiscount>0</TotalDiscount>
              <TaxBase>12345</TaxBase>
              <OtherTaxBase>11316</OtherTaxBase>
              <VATRate>12</VATRate>
              <VAT>1358</VAT>
              <STLGRate>0</STLGRate>
              <STLG>0</STLG>
            </GoodService>
          </ListOfGoodService>
        </TaxInvoice>
      </ListOfTaxInvoice>
    </TaxInvoiceBulk>
    "#);
}

/// The values of an element, one after the other.
fn values<'t>(xml: &'t str, name: &str) -> Vec<&'t str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap()).collect()
}

#[tokio::test]
async fn both_files_and_the_summary_have_the_same_figures() {
    let world = World::open().await;
    books(&world).await;
    let xml = String::from_utf8(get(&world, &world.owner, "format=xml").await.body).unwrap();
    let csv = get(&world, &world.owner, "format=csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let csv = String::from_utf8(csv.body).unwrap();
    insta::assert_snapshot!(csv.replace('\r', ""), @r#"
    TaxInvoiceDate,TaxInvoiceOpt,TrxCode,AddInfo,CustomDoc,CustomDocMonthYear,RefDesc,FacilityStamp,SellerIDTKU,BuyerTin,BuyerDocument,BuyerCountry,BuyerDocumentNumber,BuyerName,BuyerAdress,BuyerEmail,BuyerIDTKU,Opt,Code,Name,Unit,Price,Qty,TotalDiscount,TaxBase,OtherTaxBase,VATRate,VAT,STLGRate,STLG
    2026-11-21,Normal,04,,,,INV-2026-11-0001,,0012345678901000000012,0123456789012345,TIN,IDN,"'-","PT ""Maju"" & <Jaya>","'-",pajak@maju.example,0123456789012345000000,B,000000,"'=Konsultasi & pelatihan",UM.0033,333333,3,87336,912663,836608,12,100393,0,0
    2026-11-21,Normal,04,,,,INV-2026-11-0001,,0012345678901000000012,0123456789012345,TIN,IDN,"'-","PT ""Maju"" & <Jaya>","'-",pajak@maju.example,0123456789012345000000,B,000000,Lokakarya,UM.0033,145000,1,12664,132336,121308,12,14557,0,0
    2026-11-21,Normal,01,,,,INV-2026-11-0001,,0012345678901000000012,0123456789012345,TIN,IDN,"'-","PT ""Maju"" & <Jaya>","'-",pajak@maju.example,0123456789012345000000,A,000000,Kapal pesiar,UM.0033,1000000,1,0,1000000,1000000,12,120000,0,0
    2026-11-21,Normal,04,,,,INV-2026-11-0002,,0012345678901000000012,0000000000000000,National ID,IDN,3174012345678901,Siti Nurhaliza ☕,"'-",,000000,B,000000,Kelas,UM.0033,12345,1,0,12345,11316,12,1358,0,0
    "#);
    let summary = get(&world, &world.owner, "").await;
    for (name, field) in [("TaxBase", "taxBase"), ("OtherTaxBase", "otherTaxBase"), ("VAT", "vat")] {
        let figures: Vec<i64> = values(&xml, name).iter().map(|figure| figure.parse().unwrap()).collect();
        let total = summary.at(&format!("/data/totals/{field}/amount")).as_i64().unwrap();
        assert_eq!(figures.iter().sum::<i64>(), total, "{name}");
        let place = csv.lines().next().unwrap().split(',').position(|column| column == name).unwrap();
        // The figures are behind the last text, so that its commas do not matter.
        let from_the_end = csv.lines().next().unwrap().split(',').count() - place;
        let rows = csv.lines().skip(1).map(|row| row.rsplit(',').nth(from_the_end - 1).unwrap().parse().unwrap());
        assert_eq!(rows.collect::<Vec<i64>>(), figures, "{name}");
    }
    // What the invoices print: 110,000 × 11/12 … of each, and the tax of both.
    let report = world.call(&world.owner, Method::GET, "/api/v1/billing/reports/tax", json!({})).await;
    let of = |place: usize, field: &str| report.at(&format!("/data/taxes/{place}/amounts/{field}/amount")).as_i64();
    assert_eq!(report.at("/data/taxes").as_array().map(Vec::len), Some(2), "{}", report.snapshot());
    let vat = summary.at("/data/totals/vat/amount").as_i64().unwrap();
    assert_eq!(of(0, "tax").unwrap() + of(1, "tax").unwrap(), vat);
    let other = summary.at("/data/totals/otherTaxBase/amount").as_i64().unwrap();
    assert_eq!(of(0, "statutoryBase").unwrap() + of(1, "base").unwrap(), other);
}

#[tokio::test]
async fn what_is_left_out_is_said_and_an_empty_month_is_a_file() {
    let world = World::open().await;
    let [one, other] = books(&world).await;
    let token = world.fresh(&world.owner).await;
    let note = json!({ "reason": "other", "lines": [{ "line": 2, "amount": idr(500_000) }] });
    let path = format!("/api/v1/invoices/{one}/credit-notes");
    let note = world.client.post(path, note).bearer(&token).idempotency_key("n1").send().await;
    assert_eq!(note.status, 201, "{}", note.snapshot());
    assert_eq!(world.change(&other, "void").await.status, 200);
    let summary = get(&world, &world.owner, "").await;
    let left_out = json!([{ "invoiceId": other, "number": "INV-2026-11-0002", "reason": "void" }]);
    assert_eq!(summary.at("/data/leftOut"), left_out, "{}", summary.snapshot());
    let shown = |place: usize| {
        let one = summary.at(&format!("/data/taxInvoices/{place}"));
        ["transactionCode", "buyerDocument", "buyerName"].map(|field| one[field].as_str().unwrap().to_owned())
    };
    assert_eq!(shown(0), ["04", "TIN", "PT \"Maju\" & <Jaya>"]);
    assert_eq!(shown(1)[0], "01");
    assert_eq!(summary.at("/data/taxInvoices/1/creditNotes"), json!([note.text("/data/number")]));
    assert_eq!(summary.text("/data/tin"), "0012345678901000");

    let empty = get(&world, &world.owner, "from=2026-10-01&to=2026-10-31&format=xml").await;
    let text = String::from_utf8(empty.body).unwrap();
    assert!(text.contains("<TIN>0012345678901000</TIN>") && text.contains("<ListOfTaxInvoice/>"), "{text}");
    let csv = get(&world, &world.owner, "from=2026-10-01&to=2026-10-31&format=csv").await;
    assert_eq!(String::from_utf8(csv.body).unwrap().lines().count(), 1);
}

#[tokio::test]
async fn who_is_not_registered_has_none_and_nobody_sees_anothers() {
    let world = World::open().await;
    let none = get(&world, &world.owner, "format=xml").await;
    assert_eq!(code(&none), refused(409, "NOT_REGISTERED_FOR_PPN"));
    books(&world).await;
    assert_eq!(code(&get(&world, &world.customer, "").await), refused(403, "FORBIDDEN"));
    for query in ["from=2026-10-01&to=2026-11-01", "from=2026-11-02&to=2026-11-01", "format=pdf"] {
        assert_eq!(code(&get(&world, &world.owner, query).await), refused(422, "VALIDATION_FAILED"), "{query}");
    }
    let (_, stranger) = world.stack.tenant("toko-b").await;
    assert_eq!(code(&get(&world, &stranger, "").await), refused(409, "NOT_REGISTERED_FOR_PPN"));
    register(&world, &stranger).await;
    let theirs = get(&world, &stranger, "").await;
    assert_eq!((theirs.at("/data/taxInvoices"), theirs.at("/data/leftOut")), (json!([]), json!([])));
    assert_eq!(theirs.at("/data/totals/vat"), idr(0));
}

/// The tables that name people, by operation and path: under rules for health data they mask them.
const NAMING: [(&str, &str); 3] = [
    ("download_e_faktur", "/api/v1/billing/e-faktur?from=2026-11-01&to=2026-11-30&format=csv"),
    ("report_aging", "/api/v1/billing/reports/aging?format=csv"),
    ("report_tax", "/api/v1/billing/reports/tax?from=2026-11-01&format=csv"),
];

/// The tables that say nothing of people: sums, ids of customers and goods.
const NAMELESS: [&str; 11] = [
    "download_product_export",
    "export_products",
    "get_sales_dashboard",
    "get_subscription_analytics",
    "list_ledger",
    "report_buyers",
    "report_mrr",
    "report_product_sales",
    "report_revenue",
    "report_sales",
    "report_usage",
];

#[test]
fn of_every_table_is_said_whether_it_names_people() {
    let document: Value = serde_json::from_str(include_str!("../../../../docs/openapi.json")).unwrap();
    let methods = document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let tables = methods.filter(|operation| {
        let answers = operation["responses"].as_object().into_iter().flat_map(serde_json::Map::values);
        answers.into_iter().any(|answer| answer["content"].get("text/csv").is_some())
    });
    let mut found: Vec<&str> = tables.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    found.sort_unstable();
    let mut known: Vec<&str> = NAMING.iter().map(|(name, _)| *name).chain(NAMELESS).collect();
    known.sort_unstable();
    assert_eq!(found, known, "say of a new table whether it names people; those go through Cell::personal");
}

#[tokio::test]
async fn under_rules_for_health_data_no_table_says_who_anybody_is() {
    let world = World::open().await;
    books(&world).await;
    let tenants = tenancy::Tenants::new(world.stack.ctx().table());
    for hipaa in [false, true] {
        let tenant = tenants.get(world.owner.scope.tenant()).await.unwrap().unwrap();
        let keeping = tenant.complying(tenancy::Compliance { hipaa, ..tenancy::Compliance::default() });
        table::write_alone(world.stack.ctx().table(), |tx| tenancy::Tenants::save(tx, &keeping)).await.unwrap();
        let client = world.stack.serve(crate::function);
        let token = world.stack.sign_in_with_second_factor(&world.owner).await;
        for (name, path) in NAMING {
            let table = client.get(path).bearer(&token).send().await;
            let text = String::from_utf8(table.body.clone()).unwrap();
            assert_eq!(table.status, 200, "{name}: {text}");
            assert_eq!(text.contains("Siti"), !hipaa, "{name}: {text}");
            assert_eq!(text.contains(",***,"), hipaa, "{name}: {text}");
            for who in ["Siti", "Maju", "pajak@", "0123456789012345", "3174012345678901"] {
                assert!(!hipaa || !text.contains(who), "{name} says {who}: {text}");
            }
        }
        // A minute later there are reports again.
        world.stack.set_clock("2026-11-21T03:01:00Z");
    }
    let token = world.stack.sign_in_with_second_factor(&world.owner).await;
    let shown = world.client.get(format!("{PATH}?format=xml")).bearer(&token).send().await;
    assert!(String::from_utf8(shown.body).unwrap().contains("Siti"), "the tax office is told who the buyer is");
}
