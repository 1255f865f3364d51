//! An asset: a machine, a device or a cloud instance in an inventory.

use super::{exposure, file_version, mds2_answer, missing_update, software, update};
use crate::model::{FieldId, Type};

schema! { "asset", "assets";
    /// Stable identifier; waivers and findings name it.
    ID: Type::Text, "id", also ["asset id", "asset tag", "tag", "device id", "resource id"];
    /// Host name or label people know it by.
    NAME: Type::Text, "name", also ["hostname", "host name", "device name", "computer name", "asset name", "csname", "computerDnsName", "Netbios_Name0"];
    /// Serial number of the hardware, as its maker gave it.
    SERIAL: Type::Text, "serial", also ["serial number", "serial no", "service tag", "hardware serial", "SerialNumber0"];
    /// What it is.
    CLASS: choices!["cloud" = "cloud instance" | "vm cloud", "desktop" = "laptop" | "workstation" | "pc" | "tablet" | "client", "medical" = "medical device" | "modality", "mobile" = "phone", "network" = "firewall" | "router" | "switch" | "network device", "other", "server" = "virtual server" | "vm"], "class", also ["type", "device class", "asset class", "asset type", "device type"];
    /// Operating system, as its inventory calls it: `Microsoft Windows 10 Enterprise`, `Ubuntu 22.04`.
    OS: Type::Text, "os", also ["os.name", "os.product", "operating system", "os name", "caption", "os platform", "Caption0", "os description"];
    /// Release or version: `22H2`, `22.04`, `10.0.19045.4412`.
    OS_VERSION: Type::Version, "os.version", also ["os version", "version", "operating system version"];
    /// Edition where support dates depend on it: `Enterprise`, `Pro`, `LTSC`, `IoT Enterprise LTSC`.
    OS_EDITION: Type::Text, "os.edition", also ["edition", "sku family", "SkuFamily", "windows edition"];
    /// Servicing channel: `GAC`, `LTSC`, `SAC`.
    OS_CHANNEL: Type::Text, "os.channel", also ["channel", "servicing channel"];
    /// Build, with revision where known: `19045.4412` or `10.0.19045.4412`.
    OS_BUILD: Type::Version, "os.build", also ["build", "build number", "os build", "BuildNumber0", "full build"];
    /// Service pack level as a number; 0 when there is none.
    OS_SERVICE_PACK: Type::Text, "os.service_pack", also ["service pack", "sp", "CSDVersion0"];
    /// Processor architecture.
    OS_ARCH: Type::Text, "os.arch", also ["architecture", "arch", "processor architecture"];
    /// Operating system family we identified: windows, linux, macos, …
    OS_FAMILY: Type::Text, "os.family", derived true;
    /// Lifecycle cycle we identified, `product:cycle`, when exactly one remains.
    OS_CYCLE: Type::Text, "os.cycle", derived true;
    /// Network zone: the id of a declared zone, or a kind of zone.
    ZONE: Type::Text, "zone", also ["network zone", "segment", "vlan", "network segment"];
    /// Kind of that zone.
    ZONE_KIND: super::zone::KINDS, "zone.kind", derived true;
    /// Traffic between this machine and the internet.
    INTERNET_ACCESS: choices!["inbound" = "both" | "published", "none" = "blocked" | "no", "outbound" = "proxy" | "yes"], "internet_access", also ["internet", "internet access"];
    /// Day on which the inventory last saw it.
    OBSERVED_AT: Type::Date, "observed_at", also ["last seen", "lastseen", "last contact", "last check-in", "observed", "last_seen", "lastSyncDateTime", "seen"];
    /// Day on which the oldest fact about its state was collected: its system, updates, software, services, exposure and protection. Of an asset that one source told, the day of `observed_at`; of one that several told, not known where one of them does not say its day.
    EVIDENCE_OLDEST: Type::Date, "evidence.oldest", derived true;
    /// Where the facts come from: a tool or a person.
    SOURCE: Type::Text, "source", also ["collected by", "data source"];
    /// ODS code of the site.
    SITE: Type::Text, "site", also ["site ods", "ods code", "site code", "location"];
    /// Who answers for it.
    OWNER: Type::Text, "owner", also ["asset owner", "department", "managed by", "business owner"];
    /// How much depends on it.
    CRITICALITY: choices!["critical" = "tier 1" | "5", "high" = "tier 2" | "4", "low" = "tier 4" | "2" | "1", "medium" = "tier 3" | "3"], "criticality", also ["business criticality"];
    /// Whether it holds or shows patient data.
    PATIENT_DATA: Type::Boolean, "patient_data", also ["patient data", "holds patient data"];
    /// Day on which it is to be taken out of use.
    PLANNED_END_OF_USE: Type::Date, "planned_end_of_use", also ["end of use", "decommission date", "planned removal"];
    /// Installed updates.
    UPDATES: Type::Records(&update::SCHEMA), "updates", also ["hotfixes", "kbs", "installed updates", "installed kbs", "hotfix ids", "patches", "HotFixID"];
    /// Whether `updates` lists every installed update.
    UPDATES_COMPLETE: Type::Boolean, "updates_complete", also ["updates complete"];
    /// Number of updates the source says are installed.
    UPDATES_STATED: Type::Integer, "updates_stated", also ["stated hotfixes", "hotfix count"];
    /// Number of entries the source lists, readable as updates or not.
    UPDATES_LISTED: Type::Integer, "updates_listed", also ["listed hotfixes"];
    /// Updates a scanner reports as missing.
    MISSING_UPDATES: Type::Records(&missing_update::SCHEMA), "missing_updates", also ["missing kbs", "missing patches", "missing updates"];
    /// Vulnerabilities a scanner reports as open: CVE numbers. An empty list says that it found none.
    OPEN_CVES: Type::Texts, "open_cves", also ["open cves", "cves", "cve", "cve ids"];
    /// Versions of single files, such as srv.sys.
    FILE_VERSIONS: Type::Records(&file_version::SCHEMA), "file_versions", also ["file versions", "files"];
    /// Installed software.
    SOFTWARE: Type::Records(&software::SCHEMA), "software", also ["installed software", "programs"];
    /// Whether a restart or another step is needed before installed updates take effect.
    REBOOT_PENDING: Type::Boolean, "reboot_pending", also ["reboot pending", "pending restart", "restart pending", "pending reboot"];
    /// Since when a restart has been pending.
    REBOOT_PENDING_SINCE: Type::Date, "reboot_pending_since", also ["reboot pending since", "pending restart since", "restart pending since"];
    /// Whether the SMBv1 server is on.
    SMB1_SERVER: Type::Boolean, "smb1.server", also ["smb1", "smbv1", "smb1 server", "smbv1 server", "smb1_server", "smb v1", "smb1 enabled", "smbv1 enabled", "protocols.smb1_server"];
    /// Whether the SMBv1 client is on.
    SMB1_CLIENT: Type::Boolean, "smb1.client", also ["smb1 client", "smb1_client", "smbv1 client", "protocols.smb1_client"];
    /// Ports reachable on this machine, and from where.
    EXPOSURES: Type::Records(&exposure::SCHEMA), "exposures", also ["exposed ports", "open ports", "reachable ports"];
    /// Anti-malware product.
    PROTECTION_PRODUCT: Type::Text, "protection.product", also ["av", "antivirus", "anti-malware", "av product"];
    /// Whether it is running.
    PROTECTION_ACTIVE: Type::Boolean, "protection.active", also ["av active", "av status", "antivirus active", "protection status"];
    /// Day of its last definition update.
    PROTECTION_UPDATED_AT: Type::Date, "protection.updated_at", also ["av updated", "av definitions", "av last update", "definitions updated"];
    /// Paid or agreed extended support.
    ENTITLEMENT_PROGRAMME: Type::Text, "support_entitlement.programme", also ["esu", "esu programme", "support entitlement", "extended support"];
    /// Year of that programme that was bought: 1, 2, 3.
    ENTITLEMENT_YEAR: Type::Integer, "support_entitlement.year", also ["esu year"];
    /// Last day it covers.
    ENTITLEMENT_VALID_TO: Type::Date, "support_entitlement.valid_to", also ["esu valid to", "esu until"];
    /// Evidence of it: an evidence id, an order or agreement reference.
    ENTITLEMENT_EVIDENCE: Type::Text, "support_entitlement.evidence", also ["esu evidence", "esu order"];
    /// Role of the person who accepted the risk of running it: `SIRO`.
    RISK_ACCEPTED_BY: Type::Text, "risk_accepted.by", also ["risk accepted by", "risk owner"];
    /// Day on which that person did.
    RISK_ACCEPTED_ON: Type::Date, "risk_accepted.on", also ["risk accepted on"];
    /// Static network address.
    NETWORK_ADDRESS: Type::Text, "network.address", also ["ip address", "ip", "static ip", "ipv4 address"];
    /// Hardware address.
    NETWORK_MAC: Type::Text, "network.mac", also ["mac address", "mac"];
    /// Manufacturer.
    MANUFACTURER: Type::Text, "manufacturer", also ["vendor", "make", "medical.manufacturer", "system manufacturer"];
    /// Model.
    MODEL: Type::Text, "model", also ["medical.model", "system model"];
    /// Edition of the MDS2 form supplied with a medical device.
    MEDICAL_MDS2: Type::Version, "medical.mds2", also ["mds2", "mds2 edition", "mds2.edition"];
    /// Answers of that form, by the numbers of its questions.
    MEDICAL_ANSWERS: Type::Records(&mds2_answer::SCHEMA), "medical.answers", also ["mds2 answers"];
    /// How the supplier reaches the device.
    MEDICAL_SUPPLIER_ACCESS: choices!["always-on" = "permanent" | "always on", "none", "per-task" = "on demand" | "per session"], "medical.supplier_access", also ["supplier access", "supplier access mode"];
    /// Whether that access asks for more than one factor.
    MEDICAL_SUPPLIER_MFA: Type::Boolean, "medical.supplier_mfa", also ["supplier mfa", "supplier access mfa"];
    /// Whether removable media can be used on it.
    MEDICAL_REMOVABLE_MEDIA: Type::Boolean, "medical.removable_media", also ["removable media", "usb"];
    /// Whether mail or web browsing is possible on it.
    MEDICAL_EMAIL_OR_BROWSING: Type::Boolean, "medical.email_or_browsing", also ["email or browsing", "browsing"];
    /// Days within which its maker validates vendor updates.
    MEDICAL_PATCH_SLA_DAYS: Type::Integer, "medical.patch_sla_days", also ["vendor patch sla days", "patch sla"];
    /// Days that the last update validated by its maker took.
    MEDICAL_PATCH_LAG_DAYS: Type::Integer, "medical.patch_lag_days", also ["vendor patch lag days", "patch lag"];
    /// Whether it is offered or ordered, and not yet in use.
    MEDICAL_ON_ORDER: Type::Boolean, "medical.on_order", also ["on order"];
    /// Last day on which its maker supports it.
    MEDICAL_SUPPORTED_UNTIL: Type::Date, "medical.supported_until", also ["vendor support ends", "vendor support until"];
    /// Who maintains it, under what arrangement.
    MEDICAL_MAINTENANCE: Type::Text, "medical.maintenance", also ["maintenance", "maintenance contract"];
}

/// Whether what a field says is only true of the day it was collected on: the state of a machine, and
/// not what it is, whose it is or what was agreed about it.
pub fn ages(field: FieldId) -> bool {
    matches!(
        field,
        OS | OS_VERSION
            | OS_BUILD
            | OS_SERVICE_PACK
            | INTERNET_ACCESS
            | UPDATES
            | UPDATES_COMPLETE
            | UPDATES_STATED
            | UPDATES_LISTED
            | MISSING_UPDATES
            | OPEN_CVES
            | FILE_VERSIONS
            | SOFTWARE
            | REBOOT_PENDING
            | REBOOT_PENDING_SINCE
            | SMB1_SERVER
            | SMB1_CLIENT
            | EXPOSURES
            | PROTECTION_PRODUCT
            | PROTECTION_ACTIVE
            | PROTECTION_UPDATED_AT
    )
}
