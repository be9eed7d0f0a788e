//! Writes and sends mail: a link is made when its mail is written, so that none
//! lies in the database. Killed in between, the next try makes another.

use std::sync::Arc;

use shared::id::{DonationId, InvitationId};
use shared::locale::Locale;

use super::LOOK_AGAIN;
use crate::app::App;
use crate::config::Environment;
use crate::domain::link::RESET_MS;
use crate::error::Error;
use crate::mail::receipt::Receipt;
use crate::mail::{Letter, outbox};
use crate::store::mail::{Mail, MailKind};
use crate::store::{self, portal_user};
use crate::vault;

/// The mails that are claimed at a time.
const MAX_CLAIM: i64 = 16;
/// How long a claimed mail is left alone before another process may take it.
const LEASE_MS: i64 = 60_000;
/// The first and the longest time between two tries.
const BACK_OFF_MS: i64 = 10_000;
const MAX_BACK_OFF_MS: i64 = 3_600_000;

pub(super) async fn run(app: Arc<App>) {
    while !app.shutdown.is_cancelled() {
        match pass(&app).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => error.log("mail"),
        }
        tokio::select! {
            () = app.mail_due.notified() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = app.shutdown.cancelled() => {}
        }
    }
}

/// Sends what is due, and answers how many mails that was.
pub async fn pass(app: &App) -> Result<usize, Error> {
    let now = app.context.now();
    if !store::mail::is_due(&mut *app.db.read().await?, now).await? {
        return Ok(0);
    }
    let mut tx = app.db.write().await?;
    let mails = store::mail::claim(&mut tx, (now, LEASE_MS), MAX_CLAIM).await?;
    tx.commit().await?;
    for mail in &mails {
        if let Err(error) = send(app, mail).await {
            error.log("mail");
            put_off(app, mail).await?;
        }
    }
    Ok(mails.len())
}

async fn send(app: &App, mail: &Mail) -> Result<(), Error> {
    let letter = match mail.kind {
        MailKind::Reset => reset(app, mail).await?,
        MailKind::Invitation => invitation(app, mail).await?,
        MailKind::Receipt => receipt(app, mail).await?,
    };
    if let Some(letter) = letter {
        hand_over(app, mail, letter).await?;
    }
    let mut tx = app.db.write().await?;
    store::mail::finish(&mut tx, mail).await?;
    Ok(tx.commit().await?)
}

/// A mail that could not be sent is tried again, as long as somebody may still
/// want it.
async fn put_off(app: &App, mail: &Mail) -> Result<(), Error> {
    let now = app.context.now();
    let doublings = u32::try_from(mail.attempts.clamp(1, 20) - 1).unwrap_or(0);
    let wait = BACK_OFF_MS.saturating_mul(1 << doublings);
    let due_at = now.plus_ms(wait.min(MAX_BACK_OFF_MS));
    let mut tx = app.db.write().await?;
    if due_at < mail.give_up_at {
        store::mail::retry(&mut tx, mail, due_at).await?;
    } else {
        store::mail::finish(&mut tx, mail).await?;
    }
    Ok(tx.commit().await?)
}

async fn hand_over(app: &App, mail: &Mail, letter: Letter) -> Result<(), Error> {
    match app.settings.environment {
        Environment::Sandbox => {
            let sent = (letter, app.context.now());
            let put = outbox::put(app.settings.outbox(), mail.id.to_string(), sent);
            put.await.map_err(Error::internal)
        }
        Environment::Production => Err(Error::internal(
            "a mail waits: there is no mail server to hand it to",
        )),
    }
}

/// A link for a new password, to whoever signs in with the address; nothing to
/// anybody else.
async fn reset(app: &App, mail: &Mail) -> Result<Option<Letter>, Error> {
    let found = {
        let mut conn = app.db.read().await?;
        portal_user::find_by_email(&mut conn, &mail.subject_id).await?
    };
    let Some((user, email)) = found.and_then(|user| user.email.clone().map(|email| (user, email)))
    else {
        return Ok(None);
    };
    let token = app.context.random_hex::<32>();
    let end = app.context.now().plus_ms(RESET_MS);
    let mut tx = app.db.write().await?;
    let linked = (&user.id, end);
    store::link::insert_password_link(&mut tx, &vault::hash(&token), linked).await?;
    tx.commit().await?;
    let base_url = &app.base_url;
    Ok(Some(Letter {
        to: email,
        subject: "A new password for Giving".to_owned(),
        locale: Locale::OF_LINKS,
        text: format!(
            "Hello,\n\n\
             somebody, probably you, asked for a new password for the Giving portal.\n\
             To choose one, open this link within an hour:\n\n\
             {base_url}/portal/reset?token={token}\n\n\
             If it was not you, do nothing: your password stays as it is.\n"
        ),
    }))
}

async fn invitation(app: &App, mail: &Mail) -> Result<Option<Letter>, Error> {
    let Some(partner_id) = &mail.partner_id else {
        return Ok(None);
    };
    let id = InvitationId(mail.subject_id.clone());
    let (partner, row, known) = {
        let mut conn = app.db.read().await?;
        let row = store::link::find_invitation(&mut conn, partner_id, &id).await?;
        let Some(row) = row.filter(|row| row.expires_at > app.context.now()) else {
            return Ok(None);
        };
        let partner = store::partner::find(&mut conn, partner_id).await?;
        let known = portal_user::find_by_email(&mut conn, &row.email).await?;
        (partner, row, known)
    };
    let name = partner.map_or_else(|| "A partner".to_owned(), |partner| partner.name);
    let subject = "An invitation to Giving".to_owned();
    let (to, locale) = (row.email.clone(), Locale::OF_LINKS);
    if known.is_some() {
        let text = format!(
            "Hello,\n\n\
             {name} invites you to its Giving portal. Your address signs in to Giving for\n\
             somebody else already, so it cannot be used here too.\n\
             To accept, ask for an invitation to another address of yours.\n"
        );
        return Ok(Some(Letter {
            to,
            subject,
            text,
            locale,
        }));
    }
    let token = app.context.random_hex::<32>();
    let mut tx = app.db.write().await?;
    store::link::set_invitation_token(&mut tx, &row, &vault::hash(&token)).await?;
    tx.commit().await?;
    let base_url = &app.base_url;
    let text = format!(
        "Hello,\n\n\
         {name} invites you to its Giving portal.\n\
         To accept, choose a password within a week:\n\n\
         {base_url}/portal/invitation?token={token}\n\n\
         If you expected no invitation, do nothing.\n"
    );
    Ok(Some(Letter {
        to,
        subject,
        text,
        locale,
    }))
}

/// The receipt for a gift, unless its donor was forgotten since.
async fn receipt(app: &App, mail: &Mail) -> Result<Option<Letter>, Error> {
    let Some(partner_id) = &mail.partner_id else {
        return Ok(None);
    };
    let id = DonationId(mail.subject_id.clone());
    let mut conn = app.db.read().await?;
    let Some(gift) = store::donation::find(&mut conn, partner_id, &id).await? else {
        return Ok(None);
    };
    let slug = &gift.public.nonprofit.slug;
    let nonprofit = store::organization::find(&mut conn, slug).await?;
    let partner = store::partner::find(&mut conn, partner_id).await?;
    let receipt = Receipt {
        ein: nonprofit.and_then(|nonprofit| nonprofit.ein),
        partner: partner.map(|partner| partner.name).unwrap_or_default(),
        environment: app.settings.environment,
        gift,
    };
    Ok(receipt.letter())
}
