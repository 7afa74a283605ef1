// What a shop on Vendure takes for the same work: add to cart and place an order over its own shop API, one buyer after the other,
// then more buyers than units at once. Prints one line of JSON. In-memory SQLite, on loopback only.
import { performance } from 'node:perf_hooks';
import {
    bootstrap, ChannelService, CountryService, DefaultLogger, defaultShippingCalculator, defaultShippingEligibilityChecker,
    dummyPaymentHandler, LanguageCode, LogLevel, manualFulfillmentHandler, PaymentMethodService, ProductService,
    ProductVariantService, RequestContextService, ShippingMethodService, StockLocationService, TaxCategoryService,
    TaxRateService, TransactionalConnection, Zone, ZoneService,
} from '@vendure/core';

const [times, few, buyers, port] = [process.argv[2] ?? 200, process.argv[3] ?? 1, process.argv[4] ?? 12, 3789].map(Number);

const app = await bootstrap({
    apiOptions: { port, hostname: '127.0.0.1', adminApiPath: 'admin-api', shopApiPath: 'shop-api' },
    authOptions: { tokenMethod: ['bearer'], superadminCredentials: { identifier: 'bench', password: 'bench' } },
    dbConnectionOptions: { type: 'better-sqlite3', database: ':memory:', synchronize: true },
    paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
    logger: new DefaultLogger({ level: LogLevel.Error }),
});

/** Two variants on sale: one of which there is enough, and one of which there are `few`. */
async function stock() {
    const ctx = await app.get(RequestContextService).create({ apiType: 'admin' });
    const name = (text) => [{ languageCode: LanguageCode.en, name: text, description: '', slug: text.toLowerCase() }];
    const country = await app.get(CountryService).create(ctx, { code: 'ID', enabled: true, translations: name('Indonesia') });
    const zone = await app.get(ZoneService).create(ctx, { name: 'All', memberIds: [country.id] });
    const channel = await app.get(ChannelService).getDefaultChannel(ctx);
    await app.get(ChannelService).update(ctx, { id: channel.id, defaultTaxZoneId: zone.id, defaultShippingZoneId: zone.id });
    const category = await app.get(TaxCategoryService).create(ctx, { name: 'Standard', isDefault: true });
    await app.get(TaxRateService).create(ctx, { name: 'VAT', value: 11, enabled: true, categoryId: category.id, zoneId: zone.id });
    const argument = (handler, values) => ({
        code: handler.code, arguments: Object.entries(values).map(([key, value]) => ({ name: key, value: String(value) })),
    });
    await app.get(ShippingMethodService).create(ctx, {
        code: 'flat', fulfillmentHandler: manualFulfillmentHandler.code, translations: name('Flat'),
        checker: argument(defaultShippingEligibilityChecker, { orderMinimum: 0 }),
        calculator: argument(defaultShippingCalculator, { rate: 1000, taxRate: 0, includesTax: 'auto' }),
    });
    await app.get(PaymentMethodService).create(ctx, {
        code: 'dummy', enabled: true, translations: name('Dummy'), handler: argument(dummyPaymentHandler, { automaticSettle: true }),
    });
    const fresh = await app.get(RequestContextService).create({ apiType: 'admin' });
    const location = await app.get(StockLocationService).defaultStockLocation(fresh);
    const variants = [];
    for (const [sku, onHand] of [['MANY', 1_000_000], ['FEW', few]]) {
        const product = await app.get(ProductService).create(fresh, { enabled: true, translations: name(sku) });
        const [variant] = await app.get(ProductVariantService).create(fresh, [{
            productId: product.id, sku, price: 120_000, trackInventory: 'TRUE', outOfStockThreshold: 0, useGlobalOutOfStockThreshold: false,
            stockLevels: [{ stockLocationId: location.id, stockOnHand: onHand }], translations: name(sku), taxCategoryId: category.id,
        }]);
        variants.push(variant.id);
    }
    return variants;
}

/** A guest, with a session of its own. */
function guest() {
    let token;
    return async (query, variables) => {
        const answer = await fetch(`http://127.0.0.1:${port}/shop-api`, {
            method: 'POST', body: JSON.stringify({ query, variables }),
            headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        });
        token = answer.headers.get('vendure-auth-token') ?? token;
        const { data, errors } = await answer.json();
        if (errors) throw new Error(JSON.stringify(errors));
        return Object.values(data)[0];
    };
}

const ADD = 'mutation($id: ID!) { addItemToOrder(productVariantId: $id, quantity: 1) { __typename ... on ErrorResult { errorCode } } }';

/** From a cart to a payment; the state of the order, or what was refused. */
async function place(ask) {
    const email = `${Math.random().toString(36).slice(2)}@example.com`;
    await ask('mutation($e: String!) { setCustomerForOrder(input: { emailAddress: $e, firstName: "B", lastName: "U" }) { __typename } }', { e: email });
    await ask('mutation { setOrderShippingAddress(input: { streetLine1: "Jl. Melati 1", countryCode: "ID" }) { __typename } }');
    const [method] = await ask('{ eligibleShippingMethods { id } }');
    await ask('mutation($id: [ID!]!) { setOrderShippingMethod(shippingMethodId: $id) { __typename } }', { id: [method.id] });
    const moved = await ask('mutation { transitionOrderToState(state: "ArrangingPayment") { __typename ... on ErrorResult { errorCode } } }');
    if (moved.errorCode) return moved.errorCode;
    const paid = await ask('mutation { addPaymentToOrder(input: { method: "dummy", metadata: {} }) { __typename ... on Order { state } ... on ErrorResult { errorCode } } }');
    return paid.state ?? paid.errorCode;
}

const micros = (since) => Math.round((performance.now() - since) * 1000);
const figures = (all) => {
    all.sort((one, next) => one - next);
    const rank = (percent) => all[Math.max(0, Math.ceil((all.length * percent) / 100) - 1)];
    const sum = all.reduce((one, next) => one + next, 0);
    return { p50: rank(50), p99: rank(99), perSecond: Math.floor((all.length * 1_000_000) / sum) };
};

const [many, scarce] = await stock();
const [added, placed] = [[], []];
for (let round = 0; round < times + 20; round += 1) {
    const ask = guest();
    let since = performance.now();
    const cart = await ask(ADD, { id: many });
    const add = micros(since);
    if (cart.errorCode) throw new Error(cart.errorCode);
    since = performance.now();
    const state = await place(ask);
    const order = micros(since);
    if (state !== 'PaymentSettled') throw new Error(state);
    if (round >= 20) {
        added.push(add);
        placed.push(order);
    }
}
const rush = await Promise.all(Array.from({ length: buyers }, async () => {
    const ask = guest();
    const cart = await ask(ADD, { id: scarce });
    return cart.errorCode ?? place(ask);
}));
const paid = rush.filter((state) => state === 'PaymentSettled').length;
console.log(JSON.stringify({ addToCart: figures(added), placeOrder: figures(placed), units: few, buyers, paid }));
await app.close();
process.exit(0);
