//! What a person does to messages wherever they are kept: what devices ask of the bridge, and the bridge of the mail server.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::publish::Uid;

/// What is done to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// It is marked as read.
    Read,
    /// It is marked as unread.
    Unread,
    /// It goes to the archive.
    Archive,
    /// It goes to the trash; nothing is ever destroyed.
    Delete,
    /// It goes to the junk mail.
    Junk,
}

impl Act {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Read, Self::Unread, Self::Archive, Self::Delete, Self::Junk];

    /// Its name on every wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Unread => "unread",
            Self::Archive => "archive",
            Self::Delete => "delete",
            Self::Junk => "junk",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }

    /// Whether the message is in another folder afterwards.
    pub const fn moves(self) -> bool {
        matches!(self, Self::Archive | Self::Delete | Self::Junk)
    }
}

/// Where a message is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageAt {
    /// The folder, hierarchy by `/`.
    pub folder: String,
    /// Its UID there, where it is known. It counts as long as the folder's UIDVALIDITY holds and, if the Message-ID is
    /// known, the message has that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<Uid>,
    /// Its Message-ID without angle brackets, by which it is looked for otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
}

/// What was done, and what it takes to undo it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// What was asked for.
    pub act: Act,
    /// What became of each message, in the order of the question.
    pub messages: Vec<Became>,
}

impl Done {
    /// Whether there is anything to undo.
    pub fn changed(&self) -> bool {
        self.messages
            .iter()
            .any(|became| matches!(became, Became::Changed { .. }))
    }
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "became")]
pub enum Became {
    /// It is as asked.
    Changed {
        /// Where it was.
        was: MessageAt,
        /// Where it is; the same place if it wasn't moved.
        now: MessageAt,
    },
    /// It was so before.
    Already,
    /// It isn't where it should be.
    Missing,
    /// It wasn't done.
    Failed {
        /// Why.
        why: String,
    },
}
