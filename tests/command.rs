//! The program `giving` as its operator runs it: what each command does, what it
//! prints, and how it ends.

mod bad_settings;
mod bad_start;
mod call;
mod demo;
mod doctor;
mod donations;
mod ledger;
mod listen;
mod organizations;
mod partners;
mod pool_requests;
mod pools;
mod portal_users;
