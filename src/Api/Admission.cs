using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>Who is let in: the rules for <c>Host</c>, for browsers and for the token, in this order, before any route is looked at.</summary>
internal sealed class Admission
{
    private static readonly ApiError ForbiddenHost = new(
        ErrorKind.ForbiddenHost, "the Host header is neither an address, nor a name of a local network, nor in Http:AllowedHosts");

    private static readonly ApiError ForbiddenOrigin = new(
        ErrorKind.ForbiddenOrigin, "pages of this origin may not call the service; Http:AllowedOrigins lists those that may");

    private static readonly ApiError Unauthorized = new(
        ErrorKind.Unauthorized, "the header 'Authorization: Bearer' with the token of Http:Token is missing or wrong");

    private readonly HostRules _hosts;
    private readonly OriginRules _origins;
    private readonly BearerToken? _token;

    public Admission(ApiOptions options)
    {
        _hosts = new HostRules(options.AllowedHosts);
        _origins = new OriginRules(options.AllowedOrigins);
        _token = string.IsNullOrEmpty(options.Token) ? null : new BearerToken(options.Token);
    }

    /// <summary>Judges a request and adds the headers that an invited origin needs.</summary>
    /// <returns>Why it is not let in, else <see langword="null"/>; and whether it was a preflight, which is answered then.</returns>
    public ApiError? Judge(HttpContext context, ReadOnlySpan<char> path, out bool answered)
    {
        answered = false;
        var request = context.Request;
        if (!_hosts.Allows(request.Headers.Host.ToString()))
        {
            return ForbiddenHost;
        }

        var verdict = _origins.Judge(request);
        if (verdict == OriginRules.Verdict.Foreign)
        {
            return ForbiddenOrigin;
        }

        if (verdict == OriginRules.Verdict.Invited)
        {
            OriginRules.AddHeaders(context);

            // A browser never sends the token with this question.
            if (OriginRules.IsPreflight(request))
            {
                OriginRules.AnswerPreflight(context.Response);
                answered = true;
                return null;
            }
        }

        if (_token is null || IsOpen(path) || _token.IsIn(request.Headers.Authorization.ToString()))
        {
            return null;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Unauthorized;
    }

    /// <summary>Probes and scrapers carry no token.</summary>
    private static bool IsOpen(ReadOnlySpan<char> path) => path is "/health" or "/health/live" or "/health/ready" or "/metrics";
}
