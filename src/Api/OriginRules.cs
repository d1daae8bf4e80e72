using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>Whose pages may call the service from a browser. Programs send no <c>Origin</c> and are not asked.</summary>
internal sealed class OriginRules(IReadOnlyList<string> allowed)
{
    /// <summary>What a request says of where it comes from.</summary>
    internal enum Verdict
    {
        /// <summary>Not from a page of another origin.</summary>
        Local,

        /// <summary>From an origin that the operator has invited.</summary>
        Invited,

        /// <summary>From a page that was not invited.</summary>
        Foreign,
    }

    public Verdict Judge(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        if (origin.Count > 0)
        {
            var text = origin.ToString();
            if (IsInvited(text))
            {
                return Verdict.Invited;
            }

            if (!IsOwn(request, text))
            {
                return Verdict.Foreign;
            }
        }

        return !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && IsCrossSite(request)
            ? Verdict.Foreign
            : Verdict.Local;
    }

    /// <summary>Lets the page of an invited origin read the answer, an error as well.</summary>
    public static void AddHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = context.Request.Headers.Origin;
        headers.AccessControlExposeHeaders = "Retry-After";
        headers.Vary = "Origin";
    }

    public static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.AccessControlRequestMethod.Count > 0;

    /// <summary>Answers the question that a browser asks before the request itself.</summary>
    public static void AnswerPreflight(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        response.Headers.AccessControlAllowMethods = "GET, HEAD, POST, PUT, DELETE";
        response.Headers.AccessControlAllowHeaders = "Authorization, Content-Type";
        response.Headers.AccessControlMaxAge = "600";
    }

    private static bool IsCrossSite(HttpRequest request) =>
        request.Headers.TryGetValue("Sec-Fetch-Site", out var site)
        && string.Equals(site.ToString(), "cross-site", StringComparison.OrdinalIgnoreCase);

    // Host has passed its own rules by now, so that it cannot be a stranger's name.
    private static bool IsOwn(HttpRequest request, ReadOnlySpan<char> origin)
    {
        var separator = origin.IndexOf("://");
        return separator > 0
            && origin[..separator].Equals(request.Scheme, StringComparison.OrdinalIgnoreCase)
            && origin[(separator + 3)..].Equals(request.Headers.Host.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private bool IsInvited(string origin)
    {
        foreach (var listed in allowed)
        {
            if (string.Equals(listed, origin, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
