using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>Sends an error: <c>{"message","code"}</c> with the status of its code.</summary>
internal static class RefusalResponse
{
    public static async ValueTask Send(HttpContext context, ApiError error)
    {
        if (error.Kind.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds;
        }

        using var response = JsonResponse.Begin(error.Message);
        response.Json.WriteString("code"u8, error.Kind.Code);
        await response.End(context, error.Kind.Status);
    }
}
