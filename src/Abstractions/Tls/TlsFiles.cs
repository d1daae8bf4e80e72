using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans;

/// <summary>
/// The files of <see cref="TlsOptions"/>, looked at when a connection comes, at most once a second: three small files that the system has
/// in memory cost less than a watcher that may miss a change, and who connects need not be anybody yet. What cannot be used, such as a certificate whose key is yet to follow,
/// leaves the last that could in use.
/// </summary>
internal sealed partial class TlsFiles
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly TlsOptions _options;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private TlsIdentity _current;
    private long _lookedAt;
    private string? _fault;

    /// <summary>Reads them for the first time.</summary>
    /// <exception cref="TlsException">They cannot be used.</exception>
    public TlsFiles(TlsOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        try
        {
            _current = new TlsIdentity(Read());
            _lookedAt = clock.GetTimestamp();
        }
        catch (Exception e) when (IsFault(e))
        {
            throw new TlsException(Message(e), e);
        }
    }

    /// <summary>What peers' certificates must be issued to.</summary>
    public string PeerName => _options.PeerName;

    /// <summary>What the files say now, or what they last said that can be used.</summary>
    public TlsIdentity Latest(ILogger logger)
    {
        lock (_gate)
        {
            if (_clock.GetElapsedTime(_lookedAt) >= LookEvery)
            {
                Look(logger);
                _lookedAt = _clock.GetTimestamp();
            }

            return _current;
        }
    }

    private void Look(ILogger logger)
    {
        string? fault = null;
        try
        {
            var texts = Read();
            if (texts != _current.Texts)
            {
                _current = new TlsIdentity(texts);
                LogRenewed(logger, _options.CertificateFile, _current.ValidUntil);
            }
        }
        catch (Exception e) when (IsFault(e))
        {
            fault = Message(e);
            if (fault != _fault)
            {
                LogKept(logger, fault);
            }
        }

        _fault = fault;
    }

    private PemTexts Read() => new(
        File.ReadAllText(_options.CertificateFile), File.ReadAllText(_options.KeyFile), File.ReadAllText(_options.AuthorityFile));

    private string Message(Exception fault) =>
        $"The certificate in {_options.CertificateFile}, its key in {_options.KeyFile} and the authority in {_options.AuthorityFile} cannot be used: {fault.Message}";

    private static bool IsFault(Exception e) => e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    [LoggerMessage(1, LogLevel.Information, "TLS: the certificate in {File} is new, valid until {End:u}")]
    private static partial void LogRenewed(ILogger logger, string file, DateTime end);

    [LoggerMessage(2, LogLevel.Warning, "TLS goes on with what it had: {Fault}")]
    private static partial void LogKept(ILogger logger, string fault);
}
