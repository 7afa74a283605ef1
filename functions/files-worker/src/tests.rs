use cloud::{Ctx, Function, Queue};
use files::{
    ContentHash, FileCount, FileName, FileRejection, FileStatus, FileType, FileVisibility, NewFile, StoredFile,
    StoredFileState, StoredFiles, quarantine_path,
};
use image::ImageFormat;
use kernel::{EventId, FileId, RequestId, Resource, UserId};
use serde_json::{Value, json};
use table::{TenantScope, Transaction, agenda::DueKind};
use tenancy::limits::{KeptFiles, LimitCause, ResourceCounts};
use testkit::Stack;

use crate::pictures::tests::{bomb, photograph, picture};

struct World {
    stack: Stack,
    scope: TenantScope,
    user: UserId,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        Self { scope: owner.scope, user: owner.user, stack }
    }

    fn ctx(&self) -> &Ctx {
        self.stack.ctx()
    }

    fn files(&self) -> StoredFiles<'_> {
        StoredFiles::new(self.ctx().table(), self.scope)
    }

    /// A file that may be sent, as `POST /files/upload` leaves it.
    async fn promised(&self, kind: FileType, size: usize, change: impl FnOnce(&mut NewFile)) -> FileId {
        let ctx = self.ctx();
        let mut new = NewFile {
            id: FileId::new(ctx.new_ulid()),
            tenant_id: self.scope.tenant(),
            name: FileName::try_from("a".to_owned()).unwrap(),
            content_type: kind,
            size_bytes: u64::try_from(size).unwrap(),
            sha256: None,
            visibility: FileVisibility::Private,
            owner: None,
            created_by: self.user,
        };
        change(&mut new);
        let file = StoredFile::promised(new, ctx.now()).unwrap();
        let kept = KeptFiles::new(ctx.table(), self.scope);
        let path = quarantine_path(self.scope.tenant(), file.id);
        let keeping = kept.reserve(&path, file.size_bytes, ctx.now()).await.unwrap().unwrap();
        let mut transaction = Transaction::new();
        let cause = LimitCause { event: EventId::new(ctx.new_ulid()), cause: RequestId::new(ctx.new_ulid()).into() };
        kept.insert(&mut transaction, &keeping, cause).unwrap();
        self.files().save(&mut transaction, None, &file).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        file.id
    }

    /// Puts bytes where the file's form puts them.
    async fn send(&self, id: FileId, bytes: &[u8]) {
        let path = quarantine_path(self.scope.tenant(), id);
        self.ctx().put_object(&path, "application/octet-stream", bytes.to_vec()).await.unwrap();
    }

    /// A file of these bytes that was sent and told of.
    async fn sent(&self, kind: FileType, bytes: &[u8]) -> FileId {
        let id = self.promised(kind, bytes.len(), |_| {}).await;
        self.send(id, bytes).await;
        assert!(self.told(id).await);
        id
    }

    /// Delivers a message as SQS does; whether it was taken.
    async fn deliver(&self, message: Value) -> bool {
        let Function::Event(handle) = crate::function(self.ctx().clone()) else { panic!("not woken by events") };
        let record =
            json!({ "messageId": "1", "body": message.to_string(), "attributes": {}, "messageAttributes": {} });
        handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
    }

    /// What the bucket tells of an upload.
    async fn told(&self, id: FileId) -> bool {
        let key = quarantine_path(self.scope.tenant(), id);
        let object = json!({ "key": key, "size": 1, "eTag": "x", "versionId": "v", "sequencer": "0055AED6DCD90281E5" });
        let record = json!({ "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Post",
            "s3": { "s3SchemaVersion": "1.0", "bucket": { "name": "b" }, "object": object } });
        self.deliver(json!({ "Records": [record] })).await
    }

    /// What the agenda brings.
    async fn due(&self, id: FileId) -> bool {
        let due = json!({ "tenantId": self.scope.tenant(), "kind": "file_work", "id": id, "at": self.ctx().now() });
        self.deliver(due).await
    }

    async fn file(&self, id: FileId) -> StoredFile {
        self.files().get(id).await.unwrap().unwrap()
    }

    async fn reason(&self, id: FileId) -> Option<FileRejection> {
        let StoredFileState::Rejected { reason, .. } = self.file(id).await.state else { return None };
        Some(reason)
    }

    async fn delete(&self, id: FileId) {
        let mut transaction = Transaction::new();
        let file = self.file(id).await;
        let deleted = file.deleted(self.ctx().now()).unwrap();
        self.files().save(&mut transaction, Some(&file), &deleted).unwrap();
        self.ctx().table().transact(transaction).await.unwrap();
    }

    /// How many bytes are counted, by the count and by the rows of files.
    async fn stored(&self) -> (i64, u64) {
        let (table, now) = (self.ctx().table(), self.ctx().now());
        let state = ResourceCounts::new(table, self.scope).state(Resource::StorageBytes, now).await.unwrap();
        (state.count.used, KeptFiles::new(table, self.scope).total().await.unwrap())
    }

    /// The objects of the tenant, without what they are called behind.
    async fn objects(&self) -> Vec<String> {
        let mut all = Vec::new();
        for folder in ["quarantine", "tenants"] {
            all.extend(self.ctx().list_objects(&format!("{folder}/{}", self.scope.tenant())).await.unwrap());
        }
        all.sort();
        all.iter().map(|path| path.split('/').next_back().unwrap().to_owned()).collect()
    }

    async fn rows(&self, of: &str) -> Vec<Value> {
        let rows = self.stack.rows().await;
        rows.into_iter().filter(|row| row["PK"].as_str().unwrap().contains(of)).collect()
    }

    async fn events(&self) -> Vec<String> {
        let mut told: Vec<(String, String)> = Vec::new();
        for row in self.rows("#OUT#").await {
            told.push((row["SK"].as_str().unwrap().to_owned(), row["type"].as_str().unwrap().to_owned()));
        }
        told.sort();
        told.into_iter().filter(|(_, name)| name.starts_with("file.")).map(|(_, name)| name).collect()
    }
}

#[tokio::test]
async fn a_picture_is_taken_in_once_however_often_it_is_told_of() {
    let world = World::open().await;
    let bytes = photograph(1000, 500);
    let id = world.sent(FileType::Jpeg, &bytes).await;
    for _ in 0..2 {
        assert!(world.told(id).await && world.due(id).await);
    }
    let file = world.file(id).await;
    assert_eq!(file.status(), Some(FileStatus::Ready));
    let sizes: Vec<_> = file.kept().unwrap().variants.iter().map(|made| (made.width, made.height)).collect();
    assert_eq!(sizes, [(100, 200), (400, 800)]);
    assert_eq!(world.objects().await, ["medium", "original", "thumb"]);
    let counted = (i64::try_from(bytes.len()).unwrap(), u64::try_from(bytes.len()).unwrap());
    assert_eq!(world.stored().await, counted);
    assert_eq!(world.events().await, ["file.ready"]);
    assert_eq!(world.rows("#DUE#file_work").await, [] as [Value; 0]);
    let path = format!("{}/original", file.kept().unwrap().home);
    assert_eq!(world.ctx().get_object(&path).await.unwrap().unwrap(), bytes);
}

/// What it is said to be, what comes, its size and checksum as said, and why it is refused.
type Case<'a> = (FileType, &'a [u8], usize, Option<ContentHash>, FileRejection);

#[tokio::test]
async fn what_is_not_as_it_was_said_is_refused_and_its_room_given_back() {
    let world = World::open().await;
    let png = picture(ImageFormat::Png, 30, 30);
    let cases: [Case<'_>; 7] = [
        (FileType::Jpeg, &png, png.len(), None, FileRejection::Type),
        (FileType::Text, b"<html>", 6, None, FileRejection::Type),
        (FileType::Png, &png, png.len() + 1, None, FileRejection::Size),
        (FileType::Png, &png, png.len() - 1, None, FileRejection::Size),
        (FileType::Png, &png, png.len(), Some(ContentHash::of(b"x")), FileRejection::Checksum),
        (FileType::Png, &bomb(60_000, 60_000), bomb(1, 1).len(), None, FileRejection::Pixels),
        (FileType::Png, &png[..png.len() - 20], png.len() - 20, None, FileRejection::Unreadable),
    ];
    for (kind, bytes, said, sha256, reason) in cases {
        let id = world.promised(kind, said, |new| new.sha256 = sha256).await;
        world.send(id, bytes).await;
        for _ in 0..2 {
            assert!(world.told(id).await);
            assert_eq!(world.reason(id).await, Some(reason));
            assert_eq!(world.stored().await, (0, 0));
            assert_eq!(world.objects().await, [] as [String; 0]);
        }
    }
    assert_eq!(world.events().await, ["file.rejected"; 7]);
    assert!(world.rows("#FILE#").await.iter().all(|row| row["ttl"].is_number()), "they go by themselves");
}

#[tokio::test]
async fn the_same_bytes_are_kept_and_counted_once_as_long_as_a_file_has_them() {
    let world = World::open().await;
    let one = world.sent(FileType::Text, b"hello").await;
    let two = world.sent(FileType::Csv, b"hello").await;
    assert_eq!(world.stored().await, (5, 5));
    assert_eq!(world.objects().await, ["original"]);
    let home = |file: &StoredFile| file.kept().unwrap().home.clone();
    assert_eq!(home(&world.file(one).await), home(&world.file(two).await));
    world.delete(one).await;
    world.stack.set_clock("2026-12-21T01:00:00Z");
    for _ in 0..2 {
        assert!(world.due(one).await);
        assert!(world.files().get(one).await.unwrap().is_none());
        assert_eq!((world.stored().await, world.objects().await), ((5, 5), vec!["original".to_owned()]));
    }
    let three = world.sent(FileType::Text, b"hello").await;
    assert_eq!(world.stored().await, (5, 5), "bytes outlive the file that brought them");
    for id in [two, three] {
        world.delete(id).await;
    }
    assert_eq!(world.stored().await, (5, 5));
    world.stack.set_clock("2027-02-01T01:00:00Z");
    for id in [two, three] {
        assert!(world.due(id).await);
    }
    assert_eq!((world.stored().await, world.objects().await), ((0, 0), Vec::new()));
    for of in ["#FILE#", "#CONTENT#", "#DUE#file_work", "#FILES"] {
        assert_eq!(world.rows(of).await, [] as [Value; 0], "{of}");
    }
}

/// Where bytes are says whether somebody had them before, and since when: nobody may learn that of another.
#[tokio::test]
async fn nobody_shares_bytes_with_another() {
    let world = World::open().await;
    let [one, other] = [(); 2].map(|()| UserId::new(world.ctx().new_ulid()));
    let mut files = vec![world.sent(FileType::Text, b"hello").await];
    for owner in [one, other, one] {
        let id = world.promised(FileType::Text, 5, |new| new.owner = Some(owner)).await;
        world.send(id, b"hello").await;
        assert!(world.told(id).await);
        files.push(id);
    }
    let mut homes = Vec::new();
    for id in &files {
        homes.push(world.file(*id).await.kept().unwrap().home.clone());
    }
    for (id, home) in files.iter().zip(&homes).take(3) {
        assert!(home.contains(&id.to_string()), "{home}");
    }
    assert_eq!(homes[3], homes[1], "one owner's are kept once");
    assert_eq!(world.stored().await, (15, 15));
}

#[tokio::test]
async fn a_deleted_file_is_gone_after_thirty_days_and_not_before() {
    let world = World::open().await;
    let id = world.sent(FileType::Text, b"hello").await;
    world.delete(id).await;
    world.stack.set_clock("2026-12-21T00:59:59Z");
    assert!(world.due(id).await);
    assert_eq!((world.file(id).await.status(), world.stored().await), (Some(FileStatus::Deleted), (5, 5)));
    world.stack.set_clock("2026-12-21T01:00:00Z");
    assert!(world.due(id).await);
    assert!(world.files().get(id).await.unwrap().is_none());
    assert_eq!((world.stored().await, world.objects().await), ((0, 0), Vec::new()));
    assert!(world.told(id).await, "the bucket tells of it once more");
}

#[tokio::test]
async fn an_upload_that_never_came_gives_its_room_back() {
    let world = World::open().await;
    let id = world.promised(FileType::Text, 5, |_| {}).await;
    let [due] = <[Value; 1]>::try_from(world.rows("#DUE#file_work").await).unwrap();
    assert_eq!(due["at"], "2026-11-21T01:30:00.000Z");
    world.stack.set_clock("2026-11-21T01:29:59Z");
    assert!(world.due(id).await);
    assert_eq!((world.reason(id).await, world.stored().await), (None, (5, 5)));
    world.stack.set_clock("2026-11-21T01:30:00Z");
    assert!(world.due(id).await);
    assert_eq!((world.reason(id).await, world.stored().await), (Some(FileRejection::NotUploaded), (0, 0)));
    // What comes all the same is not kept.
    world.send(id, b"hello").await;
    assert!(world.told(id).await);
    assert_eq!((world.reason(id).await, world.objects().await), (Some(FileRejection::NotUploaded), Vec::new()));
    assert_eq!(world.events().await, ["file.rejected"]);
}

#[tokio::test]
async fn an_upload_that_nobody_told_of_is_found_by_the_agenda() {
    let world = World::open().await;
    let id = world.promised(FileType::Text, 5, |_| {}).await;
    world.send(id, b"hello").await;
    world.stack.set_clock("2026-11-21T01:30:00Z");
    assert!(world.due(id).await);
    assert_eq!(world.file(id).await.status(), Some(FileStatus::Ready));
    assert!(world.told(id).await, "late");
    assert_eq!((world.objects().await, world.stored().await), (vec!["original".to_owned()], (5, 5)));
}

#[tokio::test]
async fn of_two_uploads_to_one_place_one_is_kept_and_nothing_of_the_other() {
    let world = World::open().await;
    let id = world.promised(FileType::Text, 5, |_| {}).await;
    world.send(id, b"hello").await;
    // A worker that wrote what it looked at, and died.
    let left = world.file(id).await.own_home(&ContentHash::of(b"hello"));
    world.ctx().put_object(&format!("{left}/original"), "text/plain", b"hello".to_vec()).await.unwrap();
    world.send(id, b"world").await;
    assert!(world.told(id).await);
    let home = world.file(id).await.kept().unwrap().home.clone();
    let kept = world.ctx().get_object(&format!("{home}/original")).await.unwrap().unwrap();
    assert_eq!((kept.as_slice(), world.objects().await), (&b"world"[..], vec!["original".to_owned()]));
    world.send(id, b"<svg>").await;
    assert!(world.told(id).await);
    let kept = world.ctx().get_object(&format!("{home}/original")).await.unwrap().unwrap();
    assert_eq!((kept.as_slice(), world.objects().await), (&b"world"[..], vec!["original".to_owned()]));
    assert_eq!((world.stored().await, world.events().await), ((5, 5), vec!["file.ready".to_owned()]));
}

#[tokio::test]
async fn what_a_dead_worker_wrote_goes_with_a_file_that_is_withdrawn_or_of_somebody_erased() {
    let world = World::open().await;
    let customer = UserId::new(world.ctx().new_ulid());
    let begun = async || {
        let id = world.promised(FileType::Text, 5, |new| new.owner = Some(customer)).await;
        world.send(id, b"hello").await;
        let home = world.file(id).await.own_home(&ContentHash::of(b"hello"));
        world.ctx().put_object(&format!("{home}/original"), "text/plain", b"hello".to_vec()).await.unwrap();
        (id, home)
    };
    let (withdrawn, _) = begun().await;
    world.delete(withdrawn).await;
    assert!(world.told(withdrawn).await, "its message comes again");
    assert_eq!(world.objects().await, [""; 0]);
    let (erased, _) = begun().await;
    crate::purge::purge(world.ctx(), world.scope, erased).await.unwrap();
    assert_eq!(world.objects().await, [""; 0]);
    // Who was erased in between is found by the message alone.
    let (late, home) = begun().await;
    crate::purge::purge(world.ctx(), world.scope, late).await.unwrap();
    world.ctx().put_object(&format!("{home}/original"), "text/plain", b"hello".to_vec()).await.unwrap();
    assert!(world.told(late).await);
    assert_eq!(world.objects().await, [""; 0]);
    // The home of a file that is gone stays as long as another has its bytes.
    let (first, home) = begun().await;
    assert!(world.told(first).await);
    let (second, _) = begun().await;
    assert!(world.told(second).await);
    crate::purge::purge(world.ctx(), world.scope, first).await.unwrap();
    assert!(world.told(first).await);
    assert!(world.ctx().object_size(&format!("{home}/original")).await.unwrap().is_some());
    assert_eq!(world.objects().await, ["original"]);
}

#[tokio::test]
async fn messages_at_once_take_a_file_in_once() {
    let world = World::open().await;
    let ids = [world.promised(FileType::Text, 5, |_| {}).await, world.promised(FileType::Text, 5, |_| {}).await];
    for id in ids {
        world.send(id, b"hello").await;
    }
    let [one, two] = ids;
    let (a, b, c, d) = tokio::join!(world.told(one), world.told(two), world.told(one), world.told(two));
    assert!(a && b && c && d);
    for id in ids {
        assert!(world.told(id).await);
        assert_eq!(world.file(id).await.status(), Some(FileStatus::Ready));
    }
    assert_eq!((world.stored().await, world.objects().await), ((5, 5), vec!["original".to_owned()]));
    assert_eq!(world.events().await, ["file.ready", "file.ready"]);
    assert_eq!(world.rows("#CONTENT#").await[0]["files"], 2);
}

#[tokio::test]
async fn the_files_of_an_erased_customer_go_with_them() {
    let world = World::open().await;
    let customer = UserId::new(world.ctx().new_ulid());
    let theirs = |new: &mut NewFile| new.owner = Some(customer);
    let ready = world.promised(FileType::Text, 5, theirs).await;
    world.send(ready, b"hello").await;
    assert!(world.told(ready).await);
    let waiting = world.promised(FileType::Text, 7, theirs).await;
    let shared = world.sent(FileType::Text, b"hello").await;
    let refused = world.promised(FileType::Text, 5, theirs).await;
    world.send(refused, b"<svg>").await;
    assert!(world.told(refused).await);
    assert_eq!(world.rows(&format!("#FILEOF#{customer}")).await.len(), 4, "three, and how many");
    let counted = FileCount { files: 2, open: 1, open_bytes: 7 };
    assert_eq!(world.files().count_of(customer).await.unwrap(), counted, "what was refused counts no more");
    let event = json!({ "id": "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "type": "user.erased", "version": 1,
        "tenantId": world.scope.tenant(), "occurredAt": world.ctx().now(), "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
        "subject": customer, "subjectVersion": 2, "audience": "public", "data": { "userId": customer } });
    for _ in 0..2 {
        assert!(world.deliver(json!({ "detail": event })).await);
        for id in [ready, waiting, refused] {
            assert!(world.files().get(id).await.unwrap().is_none());
        }
        assert_eq!((world.stored().await, world.objects().await), ((5, 5), vec!["original".to_owned()]));
        assert_eq!(world.rows(&format!("#FILEOF#{customer}")).await, [] as [Value; 0]);
    }
    assert_eq!(world.file(shared).await.status(), Some(FileStatus::Ready), "what others have of it stays");
}

#[tokio::test]
async fn what_is_no_upload_is_passed_over_and_other_work_is_refused() {
    let world = World::open().await;
    let record = json!({ "s3": { "object": { "key": "quarantine/x/..%2Fy" } } });
    assert!(world.deliver(json!({ "Records": [record] })).await);
    let probe =
        json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b", "RequestId": "r", "HostId": "h" });
    assert!(world.deliver(probe).await);
    let other = json!({ "tenantId": world.scope.tenant(), "kind": "order_expiry",
        "id": "ord_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "at": world.ctx().now() });
    assert!(!world.deliver(other).await);
    assert!(!world.deliver(json!({ "unknown": true })).await);
    assert_eq!(Queue::of(DueKind::FileWork), Queue::FileWork);
}
